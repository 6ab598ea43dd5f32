//! When the sources are fetched.

use super::*;

#[test]
fn sources_are_fetched_once_a_generation_and_not_too_often() {
    let at = Duration::from_millis;
    let fetched = |effect: Option<Effect>| matches!(effect, Some(Effect::Files));
    let mut state = SourcesState::default();
    assert!(fetched(state.fetch(1, at(0))));
    assert!(!fetched(state.fetch(1, at(900))), "the same generation");
    assert!(fetched(state.fetch(2, at(1000))));
    assert_eq!(state.due(3), Some(at(1250)));
    assert!(!fetched(state.fetch(3, at(1100))), "too early");
    assert!(fetched(state.fetch(3, at(1250))));
    state.expire();
    assert!(
        !fetched(state.fetch(3, at(1300))),
        "a notice hurries nothing"
    );
    state.restart();
    assert!(fetched(state.fetch(3, at(1300))));
}
