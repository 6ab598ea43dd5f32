//! mailscope
#![forbid(unsafe_code)]
pub mod demo;
pub mod event;
pub mod frame;
pub mod index;
pub mod ingest;
pub mod lines;
pub mod raw;
pub mod source;
