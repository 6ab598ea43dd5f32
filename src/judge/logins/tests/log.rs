//! Writes a log of logins and of mail that is sent over them.

use std::fmt::Write as _;

pub(super) struct Log {
    text: String,
    /// Seconds of the day.
    pub now: u32,
    next: u32,
}

impl Log {
    /// A log of five users, who log in from one net each until ten.
    pub(super) fn of_a_morning() -> Self {
        let mut log = Self::at(6, 0);
        for round in 0..24 {
            for user in 0..5 {
                log.login(&format!("192.0.{}.7", 10 + user), &name(user), true);
                log.wait(100);
            }
            log.wait(if round < 23 { 100 } else { 0 });
        }
        assert_eq!((log.now / 3600, log.now / 60 % 60), (9, 58));
        log.now = 10 * 3600;
        log
    }

    pub(super) fn at(hour: u32, minute: u32) -> Self {
        Self {
            text: String::new(),
            now: hour * 3600 + minute * 60,
            next: 1,
        }
    }

    /// An internal server takes a message for each of so many users.
    pub(super) fn knows(&mut self, users: u32) {
        let id = self.next();
        self.line(&format!("Start MID {id} ICID 0"));
        self.line(&format!("MID {id} ICID 0 From: <news@example.net>"));
        for user in 0..users {
            let name = name(user);
            self.line(&format!(
                "MID {id} ICID 0 RID {user} To: <{name}@corp.example>"
            ));
        }
        self.line(&format!("MID {id} queued for delivery"));
        self.line(&format!(
            "New SMTP DCID {id} interface 192.0.2.1 address 10.1.2.3 port 25"
        ));
        let rids: Vec<String> = (0..users).map(|user| user.to_string()).collect();
        self.line(&format!(
            "Message done DCID {id} MID {id} to RID [{}]",
            rids.join(", ")
        ));
        self.line(&format!("Message finished MID {id} done"));
    }

    /// A connection with one login. Returns its ICID.
    pub(super) fn login(&mut self, address: &str, user: &str, succeeds: bool) -> u32 {
        let id = self.next();
        let result = if succeeds { "succeeded" } else { "failed" };
        self.line(&format!(
            "New SMTP ICID {id} interface Submission (192.0.2.1) address {address} reverse dns host unknown verified no"
        ));
        self.line(&format!(
            "SMTP Auth: (ICID {id}) {result} for user: {user} using AUTH mechanism: PLAIN with profile: Staff"
        ));
        if !succeeds {
            self.line(&format!("ICID {id} close"));
        }
        id
    }

    /// A login, and a message that is queued after the connection is closed. The first `refused`
    /// recipients bounce, the others are delivered.
    pub(super) fn send(&mut self, address: &str, user: &str, recipients: u32, refused: u32) {
        let id = self.login(address, user, true);
        self.line(&format!("Start MID {id} ICID {id}"));
        self.line(&format!("MID {id} ICID {id} From: <{user}@corp.example>"));
        for rid in 0..recipients {
            self.line(&format!(
                "MID {id} ICID {id} RID {rid} To: <r{rid}@example.com>"
            ));
        }
        self.line(&format!("ICID {id} close"));
        self.line(&format!("MID {id} queued for delivery"));
        self.line(&format!(
            "New SMTP DCID {id} interface 192.0.2.1 address 198.51.100.25 port 25"
        ));
        for rid in 0..refused {
            self.line(&format!(
                "Bounced: DCID {id} MID {id} to RID {rid} - 5.1.0 - Unknown address error ('550', ['5.1.1 No such user'])"
            ));
        }
        for rid in refused..recipients {
            self.line(&format!("Message done DCID {id} MID {id} to RID [{rid}]"));
        }
        self.line(&format!("Message finished MID {id} done"));
    }

    /// So many seconds pass; the appliance writes a status line each minute.
    pub(super) fn wait(&mut self, seconds: u32) {
        let until = self.now + seconds;
        while self.now / 60 < until / 60 {
            self.now = (self.now / 60 + 1) * 60;
            self.line("Status: CPULd 1 DskIO 0 RAMUtil 5");
        }
        self.now = until;
    }

    pub(super) fn line(&mut self, text: &str) {
        let (hour, minute, second) = (self.now / 3600, self.now / 60 % 60, self.now % 60);
        let (day, hour) = (2 + hour / 24, hour % 24);
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][day as usize % 7 - 1];
        writeln!(
            self.text,
            "{weekday} Mar {day:2} {hour:02}:{minute:02}:{second:02} 2026 Info: {text}"
        )
        .unwrap();
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn next(&mut self) -> u32 {
        self.next += 1;
        self.next
    }
}

/// The name of a user by its number.
pub(super) fn name(user: u32) -> String {
    format!("user{user:03}")
}
