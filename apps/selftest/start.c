/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* StartImage, Exit and UnloadImage (UEFI 2.10 §7.4.2 to §7.4.4). */
#include "lib/memory.h"
#include "selftest/image_fixture.h"
#include "selftest/stay.h"

static void start_return(void)
{
    EFI_HANDLE handle = load_child(APP, CHILD_RETURN, EFI_TIMEOUT);
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_TIMEOUT, bs->StartImage(handle, NULL, NULL));
    EQUAL(1, orders.runs);
    CHECK(orders.seen_handle == handle && orders.seen_system_table == st);
    CHECK(is_gone(handle));
}

static char16_t why[] = u"why";

/* A child that exits and says why. */
static EFI_HANDLE load_exiting(EFI_STATUS status)
{
    EFI_HANDLE handle = load_child(APP, CHILD_EXIT, status);
    orders.exit_data = why;
    orders.exit_data_size = sizeof why;
    return handle;
}

static void exit_data(void)
{
    EFI_HANDLE handle = load_exiting(EFI_ABORTED);
    REQUIRE_TRUE(handle != NULL);
    size_t size = 0;
    char16_t *data = NULL;
    EXPECT(EFI_ABORTED, bs->StartImage(handle, &size, &data) /* Exit */);
    EQUAL(sizeof why, size);
    if (CHECK(data != NULL)) {
        CHECK(memcmp(data, why, sizeof why) == 0);
        EXPECT(EFI_SUCCESS, bs->FreePool(data));
    }
    CHECK(is_gone(handle));
}

/* Who does not want the data gets none. */
static void exit_data_unwanted(void)
{
    EFI_HANDLE handle = load_exiting(EFI_SUCCESS);
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_SUCCESS, bs->StartImage(handle, NULL, NULL));
    CHECK(is_gone(handle));
}

static void start_keeps_tpl(void)
{
    EFI_HANDLE handle = load_child(APP, CHILD_KEEP_TPL, EFI_SUCCESS);
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_SUCCESS, bs->StartImage(handle, NULL, NULL));
    EFI_TPL tpl = current_tpl();
    if (!EQUAL(TPL_APPLICATION, tpl))
        bs->RestoreTPL(TPL_APPLICATION);
}

static void start_invalid(void)
{
    EFI_HANDLE handle = make_handle();
    EXPECT(EFI_INVALID_PARAMETER, bs->StartImage(NULL, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->StartImage(handle, NULL, NULL));
    drop_handle(handle);
    EXPECT(EFI_INVALID_PARAMETER, bs->StartImage(handle, NULL, NULL));
}

static void start_twice(void)
{
    EFI_HANDLE handle = load_child(APP, CHILD_START_SELF, EFI_SUCCESS);
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_SUCCESS, bs->StartImage(handle, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, orders.inner_status /* StartImage */);
    EQUAL(1, orders.runs);
}

/* An image that was not started is unloaded by Exit. */
static void exit_not_started(void)
{
    EFI_HANDLE handle = load_child(APP, CHILD_RETURN, EFI_SUCCESS);
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_SUCCESS, bs->Exit(handle, EFI_SUCCESS, 0, NULL));
    CHECK(is_gone(handle));
}

static void exit_other(void)
{
    EFI_HANDLE handle = load_child(APP, CHILD_EXIT_PARENT, EFI_SUCCESS);
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_SUCCESS, bs->StartImage(handle, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, orders.inner_status /* Exit */);
}

static void exit_invalid(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->Exit(stale_handle(), EFI_SUCCESS, 0, NULL));
}

static void unload_running(void)
{
    EFI_HANDLE handle = load_child(APP, CHILD_UNLOAD_SELF, EFI_SUCCESS);
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_SUCCESS, bs->StartImage(handle, NULL, NULL));
    EXPECT(EFI_UNSUPPORTED, orders.inner_status /* UnloadImage */);
}

static void unload_driver(void)
{
    EFI_HANDLE handle = load_child(DRIVER, CHILD_OFFER_UNLOAD, EFI_SUCCESS);
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_SUCCESS, bs->StartImage(handle, NULL, NULL));
    REQUIRE_TRUE(!is_gone(handle));
    orders.unload_status = EFI_NOT_READY;
    EXPECT(EFI_NOT_READY, bs->UnloadImage(handle));
    REQUIRE_TRUE(!is_gone(handle));
    orders.unload_status = EFI_SUCCESS;
    EXPECT(EFI_SUCCESS, bs->UnloadImage(handle));
    EQUAL(2, orders.unloads);
    CHECK(is_gone(handle));
}

/* It stays for the rest of the run. */
static void unload_unsupported(void)
{
    EFI_HANDLE handle = load_child(DRIVER, CHILD_RETURN, EFI_SUCCESS);
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_SUCCESS, bs->StartImage(handle, NULL, NULL));
    EXPECT(EFI_UNSUPPORTED, bs->UnloadImage(handle));
    EXPECT(EFI_INVALID_PARAMETER, bs->StartImage(handle, NULL, NULL));
    CHECK(!is_gone(handle));
}

/* A driver that fails does not stay. */
static void driver_error(void)
{
    EFI_HANDLE handle = load_child(DRIVER, CHILD_RETURN, EFI_UNSUPPORTED);
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_UNSUPPORTED, bs->StartImage(handle, NULL, NULL));
    CHECK(is_gone(handle));
}

static void unload_invalid(void)
{
    EFI_HANDLE handle = make_handle();
    EXPECT(EFI_INVALID_PARAMETER, bs->UnloadImage(NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->UnloadImage(handle));
    drop_handle(handle);
    EXPECT(EFI_INVALID_PARAMETER, bs->UnloadImage(handle));
    handle = load_child(APP, CHILD_RETURN, EFI_SUCCESS);
    EXPECT(EFI_SUCCESS, bs->UnloadImage(handle));
    EXPECT(EFI_INVALID_PARAMETER, bs->UnloadImage(handle));
}

/* What an image holds open is closed when it goes. */
static void unload_closes(void)
{
    EFI_HANDLE controller = make_handle(), handle = load_child(APP, CHILD_RETURN, EFI_SUCCESS);
    void *interface;
    REQUIRE_TRUE(handle != NULL);
    EXPECT(EFI_SUCCESS, bs->OpenProtocol(controller, GUID_OF(TEST_A), &interface, handle, NULL,
                                         EFI_OPEN_PROTOCOL_EXCLUSIVE));
    EXPECT(EFI_SUCCESS, bs->UnloadImage(handle));
    drop_handle(controller);
}

static struct child_orders stay_orders;

child_function *stay_function(void)
{
    return stay_orders.function;
}

/* The runtime driver that the tests of the topic "converted" ask. */
static void runtime_driver(void)
{
    EFI_HANDLE handle = load_child(RUNTIME, CHILD_STAY, EFI_SUCCESS);
    REQUIRE_TRUE(handle != NULL);
    stay_orders = orders;
    loaded_image(handle)->LoadOptions = &stay_orders;
    EXPECT(EFI_SUCCESS, bs->StartImage(handle, NULL, NULL));
    REQUIRE_TRUE(stay_orders.function != NULL);
    EQUAL(CHILD_ANSWER, stay_orders.function(0));
}

static const struct selftest tests[] = {
    {"return", start_return},
    {"exit-data", exit_data},
    {"exit-data-unwanted", exit_data_unwanted},
    {"keeps-tpl", start_keeps_tpl},
    {"invalid", start_invalid},
    {"twice", start_twice},
    {"exit-not-started", exit_not_started},
    {"exit-other", exit_other},
    {"exit-invalid", exit_invalid},
    {"unload-running", unload_running},
    {"unload-driver", unload_driver},
    {"unload-unsupported", unload_unsupported},
    {"driver-error", driver_error},
    {"unload-invalid", unload_invalid},
    {"unload-closes", unload_closes},
    {"runtime-driver", runtime_driver},
};

const struct topic topic_start = TOPIC("start", tests);
