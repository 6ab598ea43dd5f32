use clap::ValueEnum;

use crate::config::Config;
use crate::report::View;

#[test]
fn a_table_has_every_column_that_the_interface_has() {
    let config = Config::default();
    let all = View::value_variants().iter();
    let views: Vec<&View> = all
        .filter(|view| config.columns.contains_key(&view.name()))
        .collect();
    assert_eq!(views.len(), 5);
    for view in views {
        // Only the interface has these.
        let only_there = |name: &String| ["failing-since", "nets"].contains(&name.as_str());
        let mut names = config.columns[&view.name()].clone();
        names.retain(|name| !only_there(name));
        let titles: Vec<String> = view
            .table(&names)
            .into_iter()
            .map(|(title, _)| title)
            .collect();
        let wanted: Vec<String> = names.iter().map(|name| name.replace('-', " ")).collect();
        assert_eq!(titles, wanted);
    }
}
