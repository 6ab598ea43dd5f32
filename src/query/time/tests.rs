use super::*;

#[test]
fn the_prompt_reads_every_time_that_queries_read() {
    let newest = DateTime {
        year: 2009,
        month: 4,
        day: 22,
        hour: 11,
        minute: 47,
        second: 56,
    };
    let newest = newest.to_timestamp().unwrap();
    let cases = [
        (" 11:20 ", "2009-04-22T11:20:00"),
        ("9:05:07", "2009-04-22T09:05:07"),
        ("2009-04-20", "2009-04-20T00:00:00"),
        ("2009-04-20 11:20", "2009-04-20T11:20:00"),
        ("2009-04-20T11:20:30", "2009-04-20T11:20:30"),
        ("-15m", "2009-04-22T11:32:56"),
        ("-1h30m", "2009-04-22T10:17:56"),
        ("-1w", "2009-04-15T11:47:56"),
    ];
    for (text, expected) in cases {
        let time = moment(text, newest).map(|time| time.to_string());
        assert_eq!(time.as_deref(), Some(expected), "{text}");
    }
    for wrong in [
        "",
        "noon",
        "25:00",
        "11",
        "11:20:30:40",
        "-5x",
        "2009-02-30",
        "-9999999999d",
    ] {
        assert_eq!(moment(wrong, newest), None, "{wrong}");
    }
}
