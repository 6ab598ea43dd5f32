//! The columns configured for a table.

use crate::tui::columns::Column;
use crate::tui::columns::view::View;

/// The columns of a view's table, in the order in which they are shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ColumnSet {
    pub(crate) view: View,
    columns: Vec<&'static Column>,
}

impl ColumnSet {
    pub(crate) fn all(view: View) -> Self {
        Self {
            view,
            columns: view.columns().collect(),
        }
    }

    pub(in crate::tui) fn columns(&self) -> &[&'static Column] {
        &self.columns
    }

    /// Selects columns by name. An error names the columns that exist.
    pub(crate) fn choose(&mut self, names: &[String]) -> Result<(), String> {
        let all = self.view.columns();
        let mut found = Ok(Vec::new());
        for name in names {
            let column = all.clone().find(|column| column.name() == *name);
            match (column, &mut found) {
                (Some(column), Ok(columns)) => columns.push(column),
                (None, Ok(_)) => found = Err(name),
                (_, Err(_)) => {}
            }
        }
        let known = || {
            let names: Vec<String> = all.clone().map(Column::name).collect();
            names.join(", ")
        };
        match found {
            Ok(columns) if columns.is_empty() => Err(format!("a column is expected: {}", known())),
            Ok(columns) => {
                self.columns = columns;
                Ok(())
            }
            Err(name) => Err(format!("no column `{name}`; there are {}", known())),
        }
    }
}
