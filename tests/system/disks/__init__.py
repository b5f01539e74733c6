# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Disk images for the demo and the system tests, made of unmodified Debian packages.

cache.py keeps what was built, debian.py fetches packages, initramfs.py and
layout.py make the pieces, and the other modules each make a family of disks.
Nothing here needs root, loop devices or a mount.
"""
