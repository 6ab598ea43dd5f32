//! The storage engine under the record tables: paged columns, interned texts, posting lists and id maps.
//!
//! Nothing here knows a mail record. What the columns mean is decided in [`super::records`].

pub(super) mod arena;
pub mod column;
pub mod extent;
pub mod hash_index;
pub(super) mod ids;
pub mod int_column;
pub mod intern;
pub mod live_set;
pub mod posting;
