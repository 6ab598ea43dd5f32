use clap::ValueEnum;

use crate::config::Config;
use crate::report::View;

#[test]
fn a_table_has_every_column_that_the_interface_has() {
    let config = Config::default();
    let all = View::value_variants().iter();
    let views: Vec<&View> = all
        .filter(|view| config.columns.contains_key(view.name()))
        .collect();
    assert_eq!(views.len(), 5);
    for view in views {
        let names = config.columns[view.name()].clone();
        let columns = view.columns(&names).into_iter();
        let titles: Vec<String> = columns
            .map(|column| column.name().replace('-', " "))
            .collect();
        let wanted: Vec<String> = names.iter().map(|name| name.replace('-', " ")).collect();
        assert_eq!(titles, wanted);
    }
}
