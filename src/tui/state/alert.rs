//! Announces a new critical finding, wherever the reader is.

use std::collections::HashSet;

use super::{App, Effect};
use crate::judge::incident::Severity;
use crate::safe;
use crate::triage::findings::FindingKind;
use crate::tui::theme::Role;

/// Kind and subject of a finding.
pub(super) type Announced = (FindingKind, String);

impl App {
    /// After each analysis. What the log held when it had been read is no news.
    pub(super) fn alert(&mut self) {
        if self.feed.is_loading() {
            return;
        }
        let Some(snapshot) = self.records.triage.whole() else {
            return;
        };
        let open =
            snapshot.triage.findings.iter().filter(|finding| {
                finding.until.is_none() && finding.severity == Severity::Critical
            });
        let key = |kind, subject: &str| (kind, subject.to_owned());
        let known = self.records.announced.as_ref();
        let is_new =
            |kind, subject: &str| known.is_some_and(|known| !known.contains(&key(kind, subject)));
        let new = open
            .clone()
            .find(|finding| is_new(finding.kind, &finding.subject));
        let text =
            new.map(|finding| format!("new: {} (5: findings)", safe::text(&finding.summary)));
        let all: HashSet<Announced> = open
            .map(|finding| key(finding.kind, &finding.subject))
            .collect();
        self.records.announced = Some(all);
        if let Some(text) = text {
            self.note(Role::Failed, text);
            self.effects.push(Effect::Bell);
        }
    }
}
