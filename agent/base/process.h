/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent itself takes of its machine. Neither waits for a disk. */
#ifndef HALLWATCH_BASE_PROCESS_H
#define HALLWATCH_BASE_PROCESS_H

/* Bytes in memory (proc(5), statm: resident); NAN: not known. */
double process_resident_bytes(void);
/* Processor time of all threads since the start, in seconds; NAN: not known. */
double process_cpu_s(void);

#endif
