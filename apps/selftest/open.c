/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* OpenProtocol, CloseProtocol and OpenProtocolInformation (UEFI 2.10 §7.3.9 to §7.3.11). */
#include "selftest/fixture.h"

#define A         GUID_OF(TEST_A)
#define BY_HANDLE EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL
#define GET       EFI_OPEN_PROTOCOL_GET_PROTOCOL
#define TEST      EFI_OPEN_PROTOCOL_TEST_PROTOCOL
#define BY_CHILD  EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER
#define BY_DRIVER EFI_OPEN_PROTOCOL_BY_DRIVER
#define EXCLUSIVE EFI_OPEN_PROTOCOL_EXCLUSIVE

/* A controller, and two more handles to be agents or children. */
static EFI_HANDLE controller, one, two;
static void *interface;

static void begin(void)
{
    controller = make_handle();
    one = make_handle();
    two = make_handle();
    interface = NULL;
}

static void end(void)
{
    drop_handle(controller);
    drop_handle(one);
    drop_handle(two);
}

static EFI_STATUS open_as(EFI_HANDLE agent, EFI_HANDLE for_controller, uint32_t attributes)
{
    return bs->OpenProtocol(controller, A, &interface, agent, for_controller, attributes);
}

static EFI_STATUS close_as(EFI_HANDLE agent, EFI_HANDLE for_controller)
{
    return bs->CloseProtocol(controller, A, agent, for_controller);
}

/* How many opens of that kind an agent has; OpenCount, so that 2 may be one entry. */
static unsigned opens(EFI_HANDLE agent, EFI_HANDLE for_controller, uint32_t attributes)
{
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    size_t count;
    unsigned found = 0;
    if (!EXPECT(EFI_SUCCESS, bs->OpenProtocolInformation(controller, A, &entries, &count)))
        return 99;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].AgentHandle == agent && entries[i].ControllerHandle == for_controller &&
            entries[i].Attributes == attributes)
            found += entries[i].OpenCount;
    }
    EXPECT(EFI_SUCCESS, bs->FreePool(entries));
    return found;
}

static void plain(void)
{
    static const uint32_t kinds[] = {BY_HANDLE, GET};
    begin();
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        interface = NULL;
        EXPECT(EFI_SUCCESS, open_as(one, NULL, kinds[i]));
        CHECK(interface == &interface_a);
        EXPECT(EFI_SUCCESS, open_as(one, NULL, kinds[i]));
        EQUAL(2, opens(one, NULL, kinds[i]));
        EXPECT(EFI_SUCCESS, close_as(one, NULL));
        EQUAL(0, opens(one, NULL, kinds[i]));
    }
    end();
}

static void test_only(void)
{
    begin();
    EXPECT(EFI_SUCCESS, bs->OpenProtocol(controller, A, NULL, one, NULL, TEST));
    EXPECT(EFI_UNSUPPORTED,
           bs->OpenProtocol(controller, GUID_OF(TEST_NONE), NULL, one, NULL, TEST));
    end();
}

static void unsupported(void)
{
    begin();
    interface = &interface_b;
    EXPECT(EFI_UNSUPPORTED,
           bs->OpenProtocol(controller, GUID_OF(TEST_NONE), &interface, one, NULL, GET));
    CHECK(interface == NULL);
    end();
}

static void invalid_null(void)
{
    begin();
    EXPECT(EFI_INVALID_PARAMETER, bs->OpenProtocol(controller, NULL, &interface, one, NULL, GET));
    EXPECT(EFI_INVALID_PARAMETER, bs->OpenProtocol(controller, A, NULL, one, NULL, GET));
    EXPECT(EFI_INVALID_PARAMETER, bs->OpenProtocol(NULL, A, &interface, one, NULL, GET));
    EXPECT(EFI_INVALID_PARAMETER, bs->OpenProtocol(stale_handle(), A, &interface, one, NULL, GET));
    end();
}

static void invalid_attributes(void)
{
    static const uint32_t kinds[] = {0,
                                     0x40,
                                     BY_HANDLE | GET,
                                     BY_CHILD | BY_DRIVER,
                                     0x80000000,
                                     EXCLUSIVE | BY_CHILD,
                                     TEST | EXCLUSIVE};
    begin();
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        EXPECT(EFI_INVALID_PARAMETER,
               bs->OpenProtocol(controller, A, &interface, one, two, kinds[i]));
    end();
}

static void invalid_agent(void)
{
    static const uint32_t kinds[] = {BY_CHILD, BY_DRIVER, BY_DRIVER | EXCLUSIVE, EXCLUSIVE};
    begin();
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        EXPECT(EFI_INVALID_PARAMETER,
               bs->OpenProtocol(controller, A, &interface, NULL, two, kinds[i]));
        EXPECT(EFI_INVALID_PARAMETER,
               bs->OpenProtocol(controller, A, &interface, &interface_b, two, kinds[i]));
    }
    end();
}

static void invalid_controller(void)
{
    static const uint32_t kinds[] = {BY_CHILD, BY_DRIVER, BY_DRIVER | EXCLUSIVE};
    begin();
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        EXPECT(EFI_INVALID_PARAMETER,
               bs->OpenProtocol(controller, A, &interface, one, NULL, kinds[i]));
    end();
}

/* A controller is not its own child. */
static void invalid_child(void)
{
    begin();
    EXPECT(EFI_INVALID_PARAMETER,
           bs->OpenProtocol(controller, A, &interface, one, controller, BY_CHILD));
    end();
}

static void by_driver(void)
{
    begin();
    EXPECT(EFI_SUCCESS, open_as(one, controller, BY_DRIVER));
    EQUAL(1, opens(one, controller, BY_DRIVER));
    interface = NULL;
    EXPECT(EFI_ALREADY_STARTED,
           bs->OpenProtocol(controller, A, &interface, one, controller, BY_DRIVER));
    CHECK(interface == &interface_a);
    EXPECT(EFI_ACCESS_DENIED,
           bs->OpenProtocol(controller, A, &interface, two, controller, BY_DRIVER));
    /* Who only reads is let in. */
    EXPECT(EFI_SUCCESS, open_as(two, NULL, GET));
    EXPECT(EFI_SUCCESS, open_as(one, two, BY_CHILD));
    EXPECT(EFI_SUCCESS, close_as(one, two));
    EXPECT(EFI_SUCCESS, close_as(two, NULL));
    EXPECT(EFI_SUCCESS, close_as(one, controller));
    EXPECT(EFI_SUCCESS, open_as(two, controller, BY_DRIVER));
    EXPECT(EFI_SUCCESS, close_as(two, controller));
    end();
}

static void exclusive(void)
{
    begin();
    EXPECT(EFI_SUCCESS, open_as(one, NULL, EXCLUSIVE));
    EXPECT(EFI_ACCESS_DENIED, bs->OpenProtocol(controller, A, &interface, two, NULL, EXCLUSIVE));
    EXPECT(EFI_ACCESS_DENIED,
           bs->OpenProtocol(controller, A, &interface, two, controller, BY_DRIVER));
    EXPECT(EFI_ACCESS_DENIED,
           bs->OpenProtocol(controller, A, &interface, two, controller, BY_DRIVER | EXCLUSIVE));
    EXPECT(EFI_SUCCESS, open_as(two, NULL, GET));
    EXPECT(EFI_SUCCESS, close_as(two, NULL));
    EXPECT(EFI_SUCCESS, close_as(one, NULL));
    end();
}

static void driver_exclusive(void)
{
    begin();
    EXPECT(EFI_SUCCESS, open_as(one, controller, BY_DRIVER | EXCLUSIVE));
    EXPECT(EFI_ALREADY_STARTED,
           bs->OpenProtocol(controller, A, &interface, one, controller, BY_DRIVER | EXCLUSIVE));
    EXPECT(EFI_ACCESS_DENIED,
           bs->OpenProtocol(controller, A, &interface, two, controller, BY_DRIVER | EXCLUSIVE));
    EXPECT(EFI_ACCESS_DENIED,
           bs->OpenProtocol(controller, A, &interface, two, controller, BY_DRIVER));
    EXPECT(EFI_SUCCESS, close_as(one, controller));
    end();
}

/* The holder is no driver that could be disconnected. */
static void exclusive_over_agent(void)
{
    begin();
    EXPECT(EFI_SUCCESS, open_as(one, controller, BY_DRIVER));
    EXPECT(EFI_ACCESS_DENIED, bs->OpenProtocol(controller, A, &interface, two, NULL, EXCLUSIVE));
    EQUAL(1, opens(one, controller, BY_DRIVER));
    EXPECT(EFI_SUCCESS, close_as(one, controller));
    end();
}

static void close_not_found(void)
{
    begin();
    EXPECT(EFI_NOT_FOUND, bs->CloseProtocol(controller, A, one, NULL));
    EXPECT(EFI_NOT_FOUND, bs->CloseProtocol(controller, GUID_OF(TEST_NONE), one, NULL));
    EXPECT(EFI_SUCCESS, open_as(one, NULL, GET));
    EXPECT(EFI_NOT_FOUND, bs->CloseProtocol(controller, A, one, two));
    EXPECT(EFI_NOT_FOUND, bs->CloseProtocol(controller, A, two, NULL));
    EXPECT(EFI_SUCCESS, close_as(one, NULL));
    end();
}

static void close_invalid(void)
{
    begin();
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseProtocol(NULL, A, one, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseProtocol(controller, NULL, one, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseProtocol(controller, A, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseProtocol(controller, A, one, &interface_a));
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseProtocol(stale_handle(), A, one, NULL));
    end();
}

static void information_not_found(void)
{
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    size_t count;
    begin();
    EXPECT(EFI_NOT_FOUND,
           bs->OpenProtocolInformation(controller, GUID_OF(TEST_NONE), &entries, &count));
    end();
}

static void information_empty(void)
{
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    size_t count = 99;
    begin();
    EXPECT(EFI_SUCCESS, bs->OpenProtocolInformation(controller, A, &entries, &count));
    EQUAL(0, count);
    EXPECT(EFI_SUCCESS, bs->FreePool(entries));
    end();
}

/* Openers by HandleProtocol are in nobody's way. */
static void handle_protocol_is_an_open(void)
{
    begin();
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(controller, A, &interface));
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(controller, A, &interface));
    EXPECT(EFI_SUCCESS, open_as(one, controller, BY_DRIVER | EXCLUSIVE));
    EXPECT(EFI_SUCCESS, close_as(one, controller));
    end();
}

static const struct selftest tests[] = {
    {"plain", plain},
    {"test", test_only},
    {"unsupported", unsupported},
    {"invalid-null", invalid_null},
    {"invalid-attributes", invalid_attributes},
    {"invalid-agent", invalid_agent},
    {"invalid-controller", invalid_controller},
    {"invalid-child", invalid_child},
    {"by-driver", by_driver},
    {"exclusive", exclusive},
    {"driver-exclusive", driver_exclusive},
    {"exclusive-over-agent", exclusive_over_agent},
    {"close-not-found", close_not_found},
    {"close-invalid", close_invalid},
    {"information-not-found", information_not_found},
    {"information-empty", information_empty},
    {"handle-protocol", handle_protocol_is_an_open},
};

const struct topic topic_open = TOPIC("open", tests);
