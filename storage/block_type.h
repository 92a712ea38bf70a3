/* Inside storage/ only: the first byte of a posting block says how the rest is read. The numbers are stored: append, never renumber. */
#ifndef TIM_STORAGE_BLOCK_TYPE_H
#define TIM_STORAGE_BLOCK_TYPE_H

enum block_type { BLOCK_PACKED = 1, BLOCK_DENSE = 2 };

#endif
