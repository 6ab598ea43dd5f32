//! Examples of commands, and the query language line by line: `--help`, the manual page and the
//! README are made from these texts.

#[cfg(test)]
mod tests;

/// The command whose help has an example.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum HelpTopic {
    Program,
    Query,
    Trace,
    Routes,
    Queue,
    Check,
}

impl HelpTopic {
    /// Every example's purpose and command, in the order of the help.
    pub(crate) fn examples(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let text = match self {
            Self::Program => PROGRAM,
            Self::Query => QUERY,
            Self::Trace => TRACE,
            Self::Routes => ROUTES,
            Self::Queue => QUEUE,
            Self::Check => CHECK,
        };
        let examples = text.split("\n# ").skip(1);
        examples.filter_map(|example| example.trim_end().split_once('\n'))
    }
}

const PROGRAM: &str = r#"
# watch a log live
mailscope mail.current
# a directory: every mail_logs in it, in time order
mailscope /var/log/esa/
# start with a filter
mailscope -q 'user:ironport auth:failed' mail.current
# read from a pipe
ssh esa01 tail -f mail_logs | mailscope -
# a summary, for a pipe or cron
mailscope mail.current | less
# the connections with a failed login
mailscope query 'auth:failed dir:in' mail.current
# which outbound route fails, since when, and why
mailscope routes mail.current
# mail that waits, by destination, and why
mailscope queue mail.current
# everything about one message
mailscope trace mid:448 mail.current
# explore a simulated appliance
mailscope demo
"#;

const QUERY: &str = r#"
# who logs in and who fails
mailscope query '' mail.current --view users
# one user's failed logins from outside in the newest hour
mailscope query 'user:ironport auth:failed -ip:10.0.0.0/8 since:-1h' mail.current
# who was connected at 11:19
mailscope query 'at:11:19' mail.current
# one connection's raw lines, for a support case
mailscope query 'dcid:5640' mail.current --format log
# undelivered mail to a domain, with the remote replies
mailscope query 'domain:example.com -result:delivered' mail.current --view deliveries
# text in the lines of outbound connections
mailscope query 'dir:out "relay access denied"' /var/log/esa/
# each failed login as it happens, for another program
mailscope query 'auth:failed' mail.current --view auth -f --format json
# selected fields for a spreadsheet
mailscope query '' mail.* --view messages --format csv --fields started,from,subject,state
# the number of matches, for a script
mailscope query 'code:535 since:-10m' mail.current --count
# findings of the automatic analysis, worst first
mailscope query '' mail.current --view findings
"#;

const TRACE: &str = r#"
# sender, scanner verdicts, and each delivery
mailscope trace mid:448 mail.current
# one connection, its logins and the messages it carried
mailscope trace icid:450 /var/log/esa/
# a Message-ID, on every appliance that saw it
mailscope trace '<1@example.com>' esa*/mail.*
# one of several records with the same id
mailscope trace mid:448 -q 'appliance:esa01' /var/log/esa/
# with the raw lines below; --format log prints only these
mailscope trace dcid:5640 mail.current --raw
"#;

const ROUTES: &str = r#"
# every route, worst first
mailscope routes mail.current
# which SMTP Auth profile fails everywhere
mailscope routes --by profile mail.current
# the newest hour, to one partner
mailscope routes -q 'since:-1h domain:example.com' mail.current
# each change of an incident as it happens
mailscope routes -f mail.current
# for monitoring: a status line with performance data
mailscope routes --check mail.current
# the same of the routes of one partner
mailscope routes --check --only '*.example.com' mail.current
# a report of each open incident as Markdown, to paste into a ticket
mailscope routes --report mail.current
# why a route is judged as it is: each attempt with the evidence
mailscope routes --explain 198.51.100.7 mail.current
# all details of each route, with advice
mailscope routes --format json mail.current
"#;

const QUEUE: &str = r#"
# how much waits, for whom, since when, and why
mailscope queue mail.current
# what one sender has waiting
mailscope queue -q 'from:news@example.com' mail.current
# the ten longest queues for another program
mailscope queue --limit 10 --format json mail.current
# by hour and route: how long scanning, the first attempt and retries took
mailscope queue --latency mail.current
"#;

const CHECK: &str = r#"
# the log of now, as a Nagios or Icinga command
mailscope check /var/log/esa/
# only what concerns one partner
mailscope check --only '*.example.com' /var/log/esa/
"#;

/// The query language: terms and, from column 36, their meaning.
const LANGUAGE: &str = r#"
user:ironport auth:failed            all terms must match
profile:Outbound* OR code:535        OR, NOT or a leading -, parentheses
icid:450..460  mid:1,2,3  sbrs:<-3   a range, a list, > >= < <=
ip:172.16.0.0/12  host:*.example.com CIDR; * and ? in names, in any case
user~"^svc-\d+$"                     ~ is a regular expression
since:-15m  until:11:50              before the newest entry; on its day
at:11:19                             connections open at that time
"relay access denied"  /5\.7\.[18]/  text and regex in the raw lines
"#;

/// The examples of a help, each below its purpose.
pub(crate) fn text(of: HelpTopic) -> String {
    let examples = of.examples();
    let lines = examples.map(|(does, command)| format!("\n  # {does}\n  {command}"));
    format!("Examples:{}", lines.collect::<String>())
}

/// The query language as the help shows it.
pub(crate) fn language() -> String {
    format!(
        "Query language:{}",
        LANGUAGE.trim_end().replace('\n', "\n  ")
    )
}

/// The examples of a help as the README prints them.
pub(crate) fn markdown(of: HelpTopic) -> String {
    let examples = of.examples();
    let lines = examples.map(|(does, command)| format!("{command:<56}  # {does}\n"));
    format!("```sh\n{}```", lines.collect::<String>())
}
