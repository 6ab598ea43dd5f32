//! The storage engine under the record tables: paged columns, interned texts, posting lists and id
//! maps.
//!
//! It knows no mail record. What the columns mean is decided in [`super::records`].

mod arena;
pub(crate) mod column;
pub(crate) mod extent;
mod hash_index;
pub(crate) mod ids;
pub(crate) mod int_column;
pub(crate) mod intern;
pub(crate) mod live_set;
pub(crate) mod posting;
pub(crate) mod text_store;
