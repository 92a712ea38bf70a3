/* SIGTERM and SIGINT as a flag that long-running commands look at. */
#ifndef TIM_CLI_STOP_H
#define TIM_CLI_STOP_H

#include <signal.h>

/* Catches both signals from now on; system calls they interrupt are not restarted, so that waits end at once. SIGPIPE is ignored: a peer
 * that goes away is an error of its write. The flag becomes 1 and stays. */
const volatile sig_atomic_t *stop_flag(void);

#endif
