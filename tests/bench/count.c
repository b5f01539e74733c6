/* SPDX-License-Identifier: BSD-2-Clause-Patent
 *
 * A plugin for QEMU's TCG that counts what a firmware executes, from its entry to the first
 * instruction of the marker application (marker.py), and then ends QEMU.
 *
 * Arguments: out=FILE, where the result goes, and entry=ADDRESS (0: the reset vector): what runs
 * before the first instruction there is counted apart, since it is another program's work
 * (SeaBIOS's, which QEMU starts before a PVH kernel). The result ends with a line "at ADDRESS TIMES"
 * for each instruction from entry on.
 *
 * Debian 12 ships no qemu-plugin.h; the functions below are declared from the documentation of
 * plugin API version 1.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
typedef uint32_t mem_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;

enum { NO_REGISTERS = 0, READ_AND_WRITE = 3, ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*callback)(plugin_id, struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int operation, void *counter,
						uint64_t amount);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*callback)(unsigned, void *),
					    int flags, void *user);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*callback)(unsigned, mem_info, uint64_t, void *), int flags, int rw,
				      void *user);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(mem_info info, uint64_t address);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *address);

EXPORT int qemu_plugin_version = 1;

/* movabs $0xc10d4c55c10d4c55, %rax: how the marker application begins. */
static const uint8_t marker[] = {0x48, 0xb8, 0x55, 0x4c, 0x0d, 0xc1, 0x55, 0x4c, 0x0d, 0xc1};

static struct {
	uint64_t instructions;
	uint64_t ports;
	uint64_t mmio;
} now, at_entry;

/* One for each instruction of each translation: an address that is translated again has several. */
struct place {
	struct place *next;
	uint64_t address;
	uint64_t times;
	uint64_t before_entry;
};

static struct place *places;
static uint64_t entry;
static bool entered;
static const char *out;

static void at_entry_point(unsigned cpu, void *user)
{
	(void)cpu, (void)user;
	if (entered)
		return;
	entered = true;
	at_entry = now;
	for (struct place *place = places; place; place = place->next)
		place->before_entry = place->times;
}

static void at_marker(unsigned cpu, void *user)
{
	(void)cpu, (void)user;
	FILE *file = fopen(out, "w");

	if (!file || (entry && !entered))
		abort();
	fprintf(file, "before %" PRIu64 "\n", at_entry.instructions);
	fprintf(file, "instructions %" PRIu64 "\n", now.instructions - at_entry.instructions);
	fprintf(file, "ports %" PRIu64 "\n", now.ports - at_entry.ports);
	fprintf(file, "mmio %" PRIu64 "\n", now.mmio - at_entry.mmio);
	for (const struct place *place = places; place; place = place->next)
		if (place->times > place->before_entry)
			fprintf(file, "at %#" PRIx64 " %" PRIu64 "\n", place->address, place->times - place->before_entry);
	fclose(file);
	/* Nothing in this VM is worth an orderly end. */
	_Exit(0);
}

static void on_memory(unsigned cpu, mem_info info, uint64_t address, void *user)
{
	(void)cpu, (void)user;
	struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, address);

	if (where && qemu_plugin_hwaddr_is_io(where))
		now.mmio++;
}

/* IN and OUT, with an immediate, with DX, and the string forms (each repetition counts). */
static bool is_port_access(const uint8_t *code, size_t size)
{
	size_t i = 0;

	while (i + 1 < size && (code[i] == 0x66 || code[i] == 0x67 || code[i] == 0xf2 || code[i] == 0xf3))
		i++;
	return (code[i] >= 0xe4 && code[i] <= 0xe7) || (code[i] >= 0xec && code[i] <= 0xef) ||
	       (code[i] >= 0x6c && code[i] <= 0x6f);
}

static void count_place(struct qemu_plugin_insn *insn)
{
	struct place *place = calloc(1, sizeof *place);

	if (!place)
		abort();
	place->address = qemu_plugin_insn_vaddr(insn);
	place->next = places;
	places = place;
	qemu_plugin_register_vcpu_insn_exec_inline(insn, ADD_U64, &place->times, 1);
}

static void on_translation(plugin_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *code = qemu_plugin_insn_data(insn);
		size_t size = qemu_plugin_insn_size(insn);

		if (entry && qemu_plugin_insn_vaddr(insn) == entry)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_entry_point, NO_REGISTERS, NULL);
		if (size == sizeof marker && !memcmp(code, marker, sizeof marker))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_marker, NO_REGISTERS, NULL);
		qemu_plugin_register_vcpu_insn_exec_inline(insn, ADD_U64, &now.instructions, 1);
		count_place(insn);
		if (is_port_access(code, size))
			qemu_plugin_register_vcpu_insn_exec_inline(insn, ADD_U64, &now.ports, 1);
		qemu_plugin_register_vcpu_mem_cb(insn, on_memory, NO_REGISTERS, READ_AND_WRITE, NULL);
	}
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
		else if (!strncmp(argv[i], "entry=", 6))
			entry = strtoull(argv[i] + 6, NULL, 0);
		else
			return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return out ? 0 : -1;
}
