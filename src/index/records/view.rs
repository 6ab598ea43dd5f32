//! Views: a record by its number, read from the columns of its table.

use crate::index::Index;
use crate::index::store::column::{ColumnPage, PagedColumn, RecordId, Tag, Value};

#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'i, K: Tag> {
    pub(super) index: &'i Index,
    pub(super) id: RecordId<K>,
}

impl<'i, K: Tag> View<'i, K> {
    pub(crate) fn new(index: &'i Index, id: RecordId<K>) -> Self {
        Self { index, id }
    }

    pub(crate) fn index(&self) -> &'i Index {
        self.index
    }

    pub(crate) fn record(&self) -> RecordId<K> {
        self.id
    }

    pub(super) fn read<T: Value, P: ColumnPage<T>>(&self, column: &PagedColumn<T, P>) -> T {
        column.get(self.id.at())
    }
}

/// Implements accessors that read a column of the record's table: `name: Type = column`.
macro_rules! columns {
    ($view:ident $table:ident; $($(#[$doc:meta])* $name:ident: $type:ty = $($column:ident).+,)*) => {
        impl $view<'_> {
            $($(#[$doc])* pub(crate) fn $name(&self) -> $type {
                self.read(&self.index.$table.$($column).+)
            })*
        }
    };
}
pub(crate) use columns;

/// Implements accessors for the text of an interned name: `text = interner[name]`.
macro_rules! names {
    ($view:ident; $($(#[$doc:meta])* $text:ident = $interner:ident[$name:ident],)*) => {
        impl<'i> $view<'i> {
            $($(#[$doc])* pub(crate) fn $text(&self) -> Option<&'i str> {
                Some(self.index.names.$interner.get(self.$name()?))
            })*
        }
    };
}
pub(crate) use names;
