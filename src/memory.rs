//! Bytes of memory that maps take; `--max-memory` rests on the count.

/// Bytes of memory that a map takes: its slots, and a control byte each.
pub(crate) fn map_bytes<K, V, S>(map: &hashbrown::HashMap<K, V, S>) -> usize {
    // At most seven in eight slots are used.
    (map.capacity() * 8 / 7).next_power_of_two() * (size_of::<(K, V)>() + 1)
}
