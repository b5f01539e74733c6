/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/ap_jobs.h"

#include "arch/cpu.h"
#include "core/pool.h"
#include "core/time.h"
#include "efi/crash_post.h"
#include "efi/event.h"

/* How often the boot processor looks after jobs that nobody waits for: in units of 100 ns. */
#define POLL_PERIOD 10000u

/* The job's memory is read by processors as long as they run its procedure. */
struct ap_job {
    struct list link; /* among those that nobody waits for */
    struct ap_request request;
    uint64_t start; /* TSC */
    size_t *failed; /* as long as it can get; NULL: nobody wants to know */
    size_t failed_count;
};

struct member {
    bool enabled, healthy;
    bool called;        /* the processor has been given the job's procedure */
    struct ap_job *job; /* NULL: none */
};

static const struct processors *processors;
static struct member *members; /* as many as processors */
static struct list jobs = LIST_INIT(jobs);
static EFI_EVENT poll_event;

EFI_STATUS ap_jobs_init(const struct processors *found)
{
    members = pool_alloc_zeroed(found->count * sizeof *members);
    if (members == NULL)
        return EFI_OUT_OF_RESOURCES;
    processors = found;
    for (size_t i = 0; i < found->count; i++) {
        bool usable = i == found->boot || ap_state(&found->list[i]) != AP_ABSENT;
        members[i].enabled = members[i].healthy = usable;
    }
    return EFI_SUCCESS;
}

bool ap_is_enabled(size_t number)
{
    return members[number].enabled;
}

bool ap_is_healthy(size_t number)
{
    return members[number].healthy;
}

bool ap_is_running(size_t number)
{
    return members[number].job != NULL;
}

void ap_set_healthy(size_t number, bool healthy)
{
    members[number].healthy = healthy;
}

/* Starts what was stopped; what does not answer any more is out. */
static void revive(size_t first, size_t end)
{
    bool all_there = true;
    for (size_t i = first; i < end; i++)
        all_there = all_there && (!members[i].enabled || ap_state(&processors->list[i]) != AP_OFF);
    if (all_there)
        return;
    application_processors_start(processors);
    for (size_t i = 0; i < processors->count; i++)
        if (i != processors->boot && ap_state(&processors->list[i]) == AP_ABSENT)
            members[i].enabled = members[i].healthy = false;
}

EFI_STATUS ap_set_enabled(size_t number, bool enabled)
{
    struct ap *ap = &processors->list[number];
    struct member *member = &members[number];
    if (member->job != NULL)
        return EFI_UNSUPPORTED;
    if (enabled && !member->enabled) {
        if (ap->stack != 0)
            (void)ap_change_state(ap, AP_ABSENT, AP_OFF);
        if (ap_state(ap) == AP_OFF)
            application_processors_start(processors);
        if (ap_state(ap) != AP_IDLE)
            return EFI_UNSUPPORTED;
        member->healthy = true;
    }
    member->enabled = enabled;
    return EFI_SUCCESS;
}

/* On the application processor. */
static void run_procedure(void *argument)
{
    const struct ap_request *request = argument;
    request->procedure(request->argument);
}

/* Who has finished, and who is next. True when all have. */
static bool advance(struct ap_job *job)
{
    bool over = true;
    for (size_t i = job->request.first; i < job->request.end; i++) {
        struct member *member = &members[i];
        struct ap *ap = &processors->list[i];
        if (member->job != job)
            continue;
        if (member->called && ap_state(ap) == AP_IDLE) {
            member->job = NULL;
            continue;
        }
        if (!member->called && (over || !job->request.one_by_one)) {
            member->called = true;
            ap_call(ap, run_procedure, &job->request);
        }
        over = false;
    }
    return over;
}

static bool time_is_over(const struct ap_job *job)
{
    uint64_t timeout = job->request.timeout_us;
    return timeout != 0 && time_us_from_ticks(time_now_ticks() - job->start) >= timeout;
}

static void stop_all(struct ap_job *job)
{
    for (size_t i = job->request.first; i < job->request.end; i++) {
        struct member *member = &members[i];
        if (member->job != job)
            continue;
        member->job = NULL;
        if (member->called && !application_processor_stop(&processors->list[i]))
            continue; /* it has finished after all */
        if (job->failed != NULL)
            job->failed[job->failed_count] = i;
        job->failed_count++;
    }
}

static void hand_over_failed(struct ap_job *job)
{
    if (job->request.ret_failed == NULL)
        return;
    if (job->failed_count == 0) {
        pool_free(job->failed);
        job->failed = NULL;
    } else {
        job->failed[job->failed_count] = END_OF_CPU_LIST;
    }
    *job->request.ret_failed = job->failed;
}

/* Looks after the job; true when it is over, and its caller has been told. */
static bool look_after(struct ap_job *job)
{
    crash_collect(); /* before anybody is stopped, whose stack it shows */
    if (!advance(job)) {
        if (!time_is_over(job))
            return false;
        stop_all(job);
    }
    hand_over_failed(job);
    return true;
}

static void finish_unattended(struct ap_job *job)
{
    if (job->request.ret_finished != NULL)
        *job->request.ret_finished = job->failed_count == 0;
    EFI_EVENT event = job->request.event;
    list_remove(&job->link);
    pool_free(job);
    (void)efi_signal_event(event); /* it may have been closed meanwhile */
}

/* At TPL_NOTIFY. */
static void EFIAPI poll(EFI_EVENT event, void *context)
{
    LIST_FOR_EACH_SAFE(node, &jobs)
    {
        struct ap_job *job = LIST_ENTRY(node, struct ap_job, link);
        if (look_after(job))
            finish_unattended(job);
    }
    if (list_empty(&jobs))
        (void)efi_set_timer(poll_event, TimerCancel, 0);
}

static EFI_STATUS start_polling(void)
{
    EFI_STATUS status = EFI_SUCCESS;
    if (poll_event == NULL)
        status =
            efi_create_event(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, poll, NULL, &poll_event);
    if (!EFI_ERROR(status))
        status = efi_set_timer(poll_event, TimerPeriodic, POLL_PERIOD);
    return status;
}

/* Processors of the range that take part. EFI_NOT_READY when one is busy. */
static EFI_STATUS count_members(const struct ap_request *request, size_t *ret)
{
    size_t count = 0;
    for (size_t i = request->first; i < request->end; i++) {
        if (i == processors->boot || !members[i].enabled)
            continue;
        if (members[i].job != NULL)
            return EFI_NOT_READY;
        count++;
    }
    *ret = count;
    return count > 0 ? EFI_SUCCESS : EFI_NOT_STARTED;
}

/* The list of failures is made now: later there may be no memory. */
static EFI_STATUS prepare(struct ap_job *job, const struct ap_request *request)
{
    size_t count;
    EFI_STATUS status = count_members(request, &count);
    if (EFI_ERROR(status))
        return status;
    revive(request->first, request->end);
    status = count_members(request, &count);
    if (EFI_ERROR(status))
        return status;
    *job = (struct ap_job){.request = *request};
    list_init(&job->link);
    if (request->ret_failed != NULL) {
        job->failed = pool_alloc((count + 1) * sizeof *job->failed);
        if (job->failed == NULL)
            return EFI_OUT_OF_RESOURCES;
    }
    return EFI_SUCCESS;
}

static void begin(struct ap_job *job)
{
    for (size_t i = job->request.first; i < job->request.end; i++) {
        if (i == processors->boot || !members[i].enabled)
            continue;
        members[i].job = job;
        members[i].called = false;
    }
    job->start = time_now_ticks();
}

/* Notification functions run while this waits; what they ask of processors that are busy is
 * refused. */
static EFI_STATUS run_and_wait(const struct ap_request *request)
{
    struct ap_job job;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = prepare(&job, request);
    if (EFI_ERROR(status)) {
        efi_restore_tpl(tpl);
        return status;
    }
    begin(&job);
    while (!look_after(&job)) {
        efi_restore_tpl(tpl);
        cpu_relax();
        tpl = tpl_raise_to(TPL_NOTIFY);
    }
    efi_restore_tpl(tpl);
    return job.failed_count == 0 ? EFI_SUCCESS : EFI_TIMEOUT;
}

static EFI_STATUS run_unattended(const struct ap_request *request)
{
    struct ap_job *job = pool_alloc(sizeof *job);
    if (job == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = prepare(job, request);
    if (!EFI_ERROR(status)) {
        status = start_polling();
        if (EFI_ERROR(status))
            pool_free(job->failed);
    }
    if (EFI_ERROR(status)) {
        pool_free(job);
    } else {
        if (request->ret_finished != NULL)
            *request->ret_finished = false;
        begin(job);
        list_append(&jobs, &job->link);
        (void)advance(job);
    }
    efi_restore_tpl(tpl);
    return status;
}

EFI_STATUS ap_jobs_run(const struct ap_request *request)
{
    return request->event != NULL ? run_unattended(request) : run_and_wait(request);
}

void ap_jobs_reset(void)
{
    pool_free(members);
    members = NULL;
    processors = NULL;
    list_init(&jobs);
    if (poll_event != NULL)
        (void)efi_close_event(poll_event);
    poll_event = NULL;
}
