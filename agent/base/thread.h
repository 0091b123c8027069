/* SPDX-License-Identifier: Apache-2.0 */
/* The names of threads, for whoever asks the system where the processor's time goes (top -H, perf). */
#ifndef HALLWATCH_BASE_THREAD_H
#define HALLWATCH_BASE_THREAD_H

/* Names the calling thread "WHAT" or "WHAT WHICH"; the system keeps the first 15 bytes. `which` may be NULL.
 */
void thread_set_name(const char *what, const char *which);

#endif
