/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "console/console.h"
#include "core/pool.h"
#include "efi/event.h"
#include "efi/protocols/simple_text_in.h"
#include "efi/tpl.h"
#include "lib/list.h"

/* Simple Text Input Ex (UEFI 2.10 §12.2). A terminal knows no left and right, and sends no key
 * before it is complete: modifiers are reported as the left ones, partial keystrokes never occur,
 * and the lock keys cannot be set. */

struct registration {
    struct list link;
    EFI_KEY_DATA key;
    EFI_KEY_NOTIFY_FUNCTION function; /* NULL: unregistered, waiting to be freed */
};

#define NOTIFY_QUEUE_SIZE 64

static struct list registrations = LIST_INIT(registrations);
static EFI_EVENT look_timer; /* looks for keys while some are registered: nobody else may */
static EFI_EVENT notify_event;
static bool notifying;
static EFI_KEY_TOGGLE_STATE toggle_state = EFI_TOGGLE_STATE_VALID;

/* Keys on their way to registered functions. */
static struct {
    EFI_KEY_DATA keys[NOTIFY_QUEUE_SIZE];
    size_t start, used;
} notify_queue;

static EFI_KEY_DATA key_data(const struct key *key)
{
    uint32_t shift = EFI_SHIFT_STATE_VALID;
    if ((key->modifiers & KEY_SHIFT) != 0)
        shift |= EFI_LEFT_SHIFT_PRESSED;
    if ((key->modifiers & KEY_CONTROL) != 0)
        shift |= EFI_LEFT_CONTROL_PRESSED;
    if ((key->modifiers & KEY_ALT) != 0)
        shift |= EFI_LEFT_ALT_PRESSED;
    if ((key->modifiers & KEY_META) != 0)
        shift |= EFI_LEFT_LOGO_PRESSED;
    return (EFI_KEY_DATA){{key->scan, key->character}, {shift, toggle_state}};
}

/* A state of 0 in a registration stands for any. */
static bool matches(const struct registration *r, const EFI_KEY_DATA *data)
{
    return r->function != NULL && r->key.Key.ScanCode == data->Key.ScanCode &&
           r->key.Key.UnicodeChar == data->Key.UnicodeChar &&
           (r->key.KeyState.KeyShiftState == 0 ||
            (r->key.KeyState.KeyShiftState | EFI_SHIFT_STATE_VALID) ==
                data->KeyState.KeyShiftState) &&
           (r->key.KeyState.KeyToggleState == 0 ||
            (r->key.KeyState.KeyToggleState | EFI_TOGGLE_STATE_VALID) ==
                (data->KeyState.KeyToggleState & ~EFI_KEY_STATE_EXPOSED));
}

/* For each key as it arrives, at TPL_NOTIFY. */
static void key_arrived(const struct key *key)
{
    EFI_KEY_DATA data = key_data(key);
    LIST_FOR_EACH(node, &registrations)
    {
        if (!matches(LIST_ENTRY(node, struct registration, link), &data))
            continue;
        if (notify_queue.used < NOTIFY_QUEUE_SIZE)
            notify_queue.keys[(notify_queue.start + notify_queue.used++) % NOTIFY_QUEUE_SIZE] =
                data;
        (void)efi_signal_event(notify_event);
        return;
    }
}

bool text_input_is_watched(void)
{
    return !list_empty(&registrations);
}

static void start_look_timer(void)
{
    (void)efi_set_timer(look_timer, TimerRelative, 10 * text_input_period_us());
}

static bool next_notification(EFI_KEY_DATA *ret)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    bool found = notify_queue.used > 0;
    if (found) {
        *ret = notify_queue.keys[notify_queue.start];
        notify_queue.start = (notify_queue.start + 1) % NOTIFY_QUEUE_SIZE;
        notify_queue.used--;
    }
    efi_restore_tpl(tpl);
    return found;
}

static void free_unregistered(void)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    LIST_FOR_EACH_SAFE(node, &registrations)
    {
        struct registration *r = LIST_ENTRY(node, struct registration, link);
        if (r->function == NULL) {
            list_remove(&r->link);
            pool_free(r);
        }
    }
    if (!text_input_is_watched())
        (void)efi_set_timer(look_timer, TimerCancel, 0);
    efi_restore_tpl(tpl);
}

/* At TPL_CALLBACK. A function may register and unregister. */
static void EFIAPI notify(EFI_EVENT Event, void *Context)
{
    EFI_KEY_DATA data;
    notifying = true;
    while (next_notification(&data)) {
        LIST_FOR_EACH(node, &registrations)
        {
            struct registration *r = LIST_ENTRY(node, struct registration, link);
            EFI_KEY_DATA copy = data;
            if (matches(r, &data))
                (void)r->function(&copy);
        }
    }
    notifying = false;
    free_unregistered();
}

static void EFIAPI look(EFI_EVENT Event, void *Context)
{
    text_input_look();
    if (text_input_is_watched())
        start_look_timer();
}

static EFI_STATUS EFIAPI reset(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, bool ExtendedVerification)
{
    text_input_reset();
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_key_stroke_ex(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This,
                                            EFI_KEY_DATA *KeyData)
{
    struct key key = {0};
    if (KeyData == NULL)
        return EFI_INVALID_PARAMETER;
    bool found = text_input_next(&key);
    *KeyData = key_data(&key);
    return found ? EFI_SUCCESS : EFI_NOT_READY;
}

static EFI_STATUS EFIAPI set_state(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This,
                                   EFI_KEY_TOGGLE_STATE *KeyToggleState)
{
    if (KeyToggleState == NULL)
        return EFI_INVALID_PARAMETER;
    if ((*KeyToggleState & EFI_TOGGLE_STATE_VALID) == 0 ||
        (*KeyToggleState & ~(EFI_TOGGLE_STATE_VALID | EFI_KEY_STATE_EXPOSED)) != 0)
        return EFI_UNSUPPORTED;
    toggle_state = *KeyToggleState;
    return EFI_SUCCESS;
}

static EFI_STATUS add_registration(const EFI_KEY_DATA *key, EFI_KEY_NOTIFY_FUNCTION function,
                                   void **ret_handle)
{
    struct registration *r = pool_alloc(sizeof *r);
    if (r == NULL)
        return EFI_OUT_OF_RESOURCES;
    r->key = *key;
    r->function = function;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    bool first = !text_input_is_watched();
    list_append(&registrations, &r->link);
    efi_restore_tpl(tpl);
    if (first)
        start_look_timer();
    *ret_handle = r;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI register_key_notify(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This,
                                             EFI_KEY_DATA *KeyData,
                                             EFI_KEY_NOTIFY_FUNCTION KeyNotificationFunction,
                                             void **NotifyHandle)
{
    if (KeyData == NULL || KeyNotificationFunction == NULL || NotifyHandle == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = add_registration(KeyData, KeyNotificationFunction, NotifyHandle);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI unregister_key_notify(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This,
                                               void *NotificationHandle)
{
    EFI_STATUS status = EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    LIST_FOR_EACH(node, &registrations)
    {
        struct registration *r = LIST_ENTRY(node, struct registration, link);
        if (r != NotificationHandle || r->function == NULL)
            continue;
        r->function = NULL;
        status = EFI_SUCCESS;
        break;
    }
    if (!EFI_ERROR(status) && !notifying)
        free_unregistered();
    efi_restore_tpl(tpl);
    return status;
}

EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL simple_text_in_ex_protocol = {
    .Reset = reset,
    .ReadKeyStrokeEx = read_key_stroke_ex,
    .SetState = set_state,
    .RegisterKeyNotify = register_key_notify,
    .UnregisterKeyNotify = unregister_key_notify,
};

EFI_STATUS simple_text_in_ex_init(void)
{
    EFI_STATUS status = text_input_create_event(&simple_text_in_ex_protocol.WaitForKeyEx);
    if (!EFI_ERROR(status))
        status =
            efi_create_event(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, look, NULL, &look_timer);
    if (!EFI_ERROR(status))
        status = efi_create_event(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, notify, NULL, &notify_event);
    if (!EFI_ERROR(status))
        console_set_key_hook(key_arrived);
    return status;
}
