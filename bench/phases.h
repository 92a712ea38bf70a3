/* The parts of a bench, in the order of bench.c, each with the figures it brings. Parts run by phase_run (phase.h) have a process to
 * themselves; those that make processes of their own are called where no environment is open. */
#ifndef TIM_BENCH_PHASES_H
#define TIM_BENCH_PHASES_H

#include "bench/phase.h"

phase_function build_phase;     /* build.*: catalog and index */
phase_function analysis_phase;  /* analysis.*: the analyzer alone */
phase_function search_phase;    /* search.CLASS.*, suggest.*; writes queries.tsv */
phase_function cold_phase;      /* cold.*, restart.*; makes processes of its own */
phase_function http_phase;      /* http1.CLASS.*, http64.CLASS.* */
phase_function documents_phase; /* none: writes documents.tsv */
phase_function sqlite_phase;    /* sqlite.*, checks of totals */
phase_function lucene_phase;    /* lucene.*, checks of totals */
phase_function update_phase;    /* price.*, stock.*, text.*, single.*; changes the index in stand->updated */
phase_function beside_phase;    /* beside.*; changes stand->updated; makes processes of its own */

#endif
