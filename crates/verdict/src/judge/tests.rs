use record::cause::*;
use record::wire::{Because, Severity, Subject};

use super::*;
use crate::evidence::{Kind, Start};

/// What files show now.
fn judged(cause: &str, tool: &str) -> Clue {
    Clue {
        cause: Some(cause.into()),
        kind: Kind::Judged,
        because: Because {
            code: "a/b".into(),
            tool: tool.into(),
            severity: Severity::Error,
            ..Because::default()
        },
        message: format!("{tool} says {cause}"),
        help: None,
        fix: None,
        predicted_status: None,
        time: None,
        rank: None,
        score: None,
        of_start: false,
        explains_start: false,
    }
}

fn warned(cause: &str, tool: &str) -> Clue {
    let mut clue = judged(cause, tool);
    clue.because.severity = Severity::Warning;
    clue
}

/// What a log showed at that hour of one day, as log-grep ranks it.
fn logged(cause: &str, time: &str, rank: u64) -> Clue {
    Clue {
        kind: Kind::Logged,
        time: Some(format!("2026-03-01T{time}:00Z").parse().unwrap()),
        rank: Some(rank),
        score: Some(700),
        ..judged(cause, "log-grep")
    }
}

/// An entry that only says that the start failed.
fn symptom(cause: &str, time: &str, rank: u64) -> Clue {
    Clue {
        score: Some(140),
        ..logged(cause, time, rank)
    }
}

fn probed(cause: &str) -> Clue {
    Clue {
        kind: Kind::Probed,
        of_start: true,
        ..judged(cause, "start-probe")
    }
}

fn case(clues: Vec<Clue>) -> Case {
    Case {
        clues,
        hosting_model: Some("OutOfProcess".into()),
        subject: Subject {
            path: Some("/srv".into()),
            ..Subject::default()
        },
        ..Case::default()
    }
}

fn causes(case: &Case) -> Vec<String> {
    let verdicts = verdicts(case, 9);
    assert!(verdicts.is_sorted_by(|a, b| a.confidence >= b.confidence));
    verdicts
        .into_iter()
        .map(|verdict| verdict.cause.unwrap_or_default())
        .collect()
}

#[test]
fn what_iis_meets_first_leads() {
    for (what, clues, wanted) in [
        (
            "the earlier of two",
            vec![
                judged(CONFIG_MALFORMED, "config-lint"),
                judged(FRAMEWORK_MISSING, "runtime-match"),
            ],
            vec![FRAMEWORK_MISSING, CONFIG_MALFORMED],
        ),
        (
            "the module sees app_offline.htm only after IIS has read web.config",
            vec![
                judged(APP_OFFLINE, "config-lint"),
                judged(PROCESSPATH_MISSING, "config-lint"),
                judged(WEBCONFIG_MALFORMED, "config-lint"),
            ],
            vec![WEBCONFIG_MALFORMED, APP_OFFLINE, PROCESSPATH_MISSING],
        ),
        (
            "what files show leads the later cause of a log",
            vec![
                logged(DATABASE_UNREACHABLE, "10:00", 1),
                judged(APP_OFFLINE, "config-lint"),
            ],
            vec![APP_OFFLINE, DATABASE_UNREACHABLE],
        ),
        (
            "and yields to the earlier one",
            vec![
                judged(CONFIG_MALFORMED, "config-lint"),
                logged(FRAMEWORK_MISSING, "10:00", 1),
            ],
            vec![FRAMEWORK_MISSING, CONFIG_MALFORMED],
        ),
        (
            "a stopped pool is a warning, and stops everything",
            vec![
                judged(FRAMEWORK_MISSING, "runtime-match"),
                warned(SITE_OR_POOL_STOPPED, "site-list"),
            ],
            vec![SITE_OR_POOL_STOPPED, FRAMEWORK_MISSING],
        ),
        (
            "a virtual directory stops its own requests",
            vec![
                judged(VIRTUAL_DIRECTORY, "site-list"),
                judged(FRAMEWORK_MISSING, "runtime-match"),
                symptom(UNHANDLED_EXCEPTION, "10:00", 1),
            ],
            vec![FRAMEWORK_MISSING, UNHANDLED_EXCEPTION, VIRTUAL_DIRECTORY],
        ),
        (
            "a probe is of now, and came by what else would stop it",
            vec![
                logged(DATABASE_LOGIN, "10:00", 1),
                probed(PORT_IN_USE),
                judged(CONFIG_MALFORMED, "config-lint"),
                judged(WEBCONFIG_MALFORMED, "config-lint"),
            ],
            vec![
                WEBCONFIG_MALFORMED,
                PORT_IN_USE,
                DATABASE_LOGIN,
                CONFIG_MALFORMED,
            ],
        ),
        (
            "an exit code alone gives way to the log that says why",
            vec![
                probed(UNHANDLED_EXCEPTION),
                logged(DATABASE_LOGIN, "10:00", 1),
            ],
            vec![DATABASE_LOGIN, UNHANDLED_EXCEPTION],
        ),
        (
            "an unknown cause is the app's",
            vec![
                judged("new-cause", "new-tool"),
                judged(PORT_IN_USE, "t"),
                judged(CONFIG_MALFORMED, "config-lint"),
            ],
            vec![CONFIG_MALFORMED, "new-cause", PORT_IN_USE],
        ),
    ] {
        assert_eq!(causes(&case(clues)), wanted, "{what}");
    }
}

#[test]
fn logs_are_weighed_by_age_and_meaning() {
    for (what, clues, wanted) in [
        (
            "the newer of two starts",
            vec![
                logged(FRAMEWORK_MISSING, "10:00", 1),
                logged(PORT_IN_USE, "11:00", 2),
            ],
            vec![PORT_IN_USE, FRAMEWORK_MISSING],
        ),
        (
            "log-grep's order within one start",
            vec![
                logged(ACCESS_DENIED, "10:00", 2),
                logged(DI_REGISTRATION, "10:02", 1),
            ],
            vec![DI_REGISTRATION, ACCESS_DENIED],
        ),
        (
            "what says why leads what says that",
            vec![
                symptom(RAPID_FAIL_STOPPED, "10:00", 1),
                symptom(UNHANDLED_EXCEPTION, "10:00", 2),
                judged(MISSING_ASSEMBLY, "runtime-match"),
            ],
            vec![MISSING_ASSEMBLY, RAPID_FAIL_STOPPED, UNHANDLED_EXCEPTION],
        ),
        (
            "a page's guess yields to a later cause that is known",
            vec![
                symptom(FRAMEWORK_MISSING, "10:00", 1),
                judged(CONFIG_MALFORMED, "config-lint"),
            ],
            vec![CONFIG_MALFORMED, FRAMEWORK_MISSING],
        ),
        (
            "an old log that files bear out is of now",
            vec![
                logged(CONFIG_MALFORMED, "10:00", 2),
                judged(CONFIG_MALFORMED, "config-lint"),
                logged(PORT_IN_USE, "11:00", 1),
            ],
            vec![CONFIG_MALFORMED, PORT_IN_USE],
        ),
    ] {
        assert_eq!(causes(&case(clues)), wanted, "{what}");
    }
}

#[test]
fn of_what_the_app_outlived_log_grep_names_the_likeliest() {
    let past = |mut clue: Clue| {
        clue.because.severity = Severity::Warning;
        clue
    };
    let clues = vec![
        past(symptom(UNHANDLED_EXCEPTION, "12:00", 3)),
        past(logged(LISTENS_ELSEWHERE, "11:00", 2)),
        past(logged(PORT_IN_USE, "10:00", 1)),
    ];
    assert_eq!(
        causes(&case(clues)),
        [PORT_IN_USE, LISTENS_ELSEWHERE, UNHANDLED_EXCEPTION]
    );
}

#[test]
fn a_framework_that_is_there_now_is_of_the_past() {
    let mut case = case(vec![
        logged(FRAMEWORK_MISSING, "10:00", 1),
        judged(CONFIG_MALFORMED, "config-lint"),
    ]);
    case.is_resolved = true;
    assert_eq!(causes(&case), [CONFIG_MALFORMED, FRAMEWORK_MISSING]);
}

#[test]
fn a_warning_that_explains_an_error_leads_it() {
    for (why, result) in [
        (LISTENS_ELSEWHERE, STARTUP_TIMEOUT),
        (WORKER_STALE_PATH, DOTNET_NOT_FOUND),
        (PORT_SETTING, PORT_IN_USE),
        (MODULE_NAME_MISMATCH, HOSTING_BUNDLE_MISSING),
    ] {
        let clues = vec![logged(result, "10:00", 1), warned(why, "t")];
        assert_eq!(causes(&case(clues)), [why, result]);
    }
    let clues = vec![
        judged(ARGUMENTS_WRONG, "config-lint"),
        warned(SUB_APP_INHERITS, "config-lint"),
    ];
    assert_eq!(causes(&case(clues)), [SUB_APP_INHERITS, ARGUMENTS_WRONG]);
    // files that show the result by themselves need no other reason
    let clues = vec![
        judged(FRAMEWORK_MISSING, "runtime-match"),
        warned(WORKER_STALE_PATH, "runtime-match"),
    ];
    assert_eq!(causes(&case(clues)), [FRAMEWORK_MISSING, WORKER_STALE_PATH]);
}

#[test]
fn an_error_without_a_cause_is_told() {
    let mut unnamed = judged("", "t");
    unnamed.cause = None;
    let found = verdicts(&case(vec![unnamed.clone()]), 3);
    assert_eq!(found[0].message, unnamed.message);
    assert_eq!(found[0].cause, None);
    assert!(found[0].confidence >= LIKELY);
    let named = judged(PORT_IN_USE, "t");
    assert_eq!(causes(&case(vec![unnamed, named])), [PORT_IN_USE, ""]);
}

#[test]
fn warnings_are_possibilities() {
    let found = verdicts(&case(vec![warned(LISTENS_ELSEWHERE, "config-lint")]), 3);
    assert!(
        found[0].message.starts_with("possible: "),
        "{}",
        found[0].message
    );
    assert_eq!(found[0].predicted_status, None);
    assert!(found[0].confidence < LIKELY);
    for harmless in [RUNTIME_OUT_OF_SUPPORT, LOAD_USER_PROFILE_OFF] {
        assert_eq!(causes(&case(vec![warned(harmless, "t")])), [""]);
    }
    assert_eq!(
        causes(&case(vec![logged(LOAD_USER_PROFILE_OFF, "10:00", 1)])),
        [LOAD_USER_PROFILE_OFF]
    );
    let mut note = warned(STDOUT_LOG_OFF, "config-lint");
    note.because.severity = Severity::Info;
    assert_eq!(causes(&case(vec![note])), [""]);
}

#[test]
fn what_hides_the_reason_is_told_where_nothing_stops_the_app() {
    let hides = warned(STDOUT_LOG_UNWRITABLE, "config-lint");
    let found = verdicts(&case(vec![hides.clone()]), 3);
    assert_eq!(found[0].cause.as_deref(), Some(STDOUT_LOG_UNWRITABLE));
    assert!(found[0].confidence < LIKELY);
    let stops = judged(CONFIG_MALFORMED, "config-lint");
    assert_eq!(causes(&case(vec![hides, stops])), [CONFIG_MALFORMED]);
}

#[test]
fn an_app_that_was_seen_to_listen_has_less_against_it() {
    let mut case = case(vec![
        judged(CONFIG_MALFORMED, "config-lint"),
        warned(LISTENS_ELSEWHERE, "config-lint"),
        judged(APP_OFFLINE, "config-lint"),
    ]);
    case.start = Some(Start {
        listened: true,
        predicted_status: None,
    });
    let found = verdicts(&case, 9);
    let told: Vec<(&str, bool)> = found
        .iter()
        .map(|verdict| {
            (
                verdict.cause.as_deref().unwrap(),
                verdict.confidence >= LIKELY,
            )
        })
        .collect();
    assert_eq!(told, [(APP_OFFLINE, true), (CONFIG_MALFORMED, false)]);
    case.clues.clear();
    assert!(
        verdicts(&case, 1)[0]
            .message
            .ends_with("it did start when it was tried")
    );
}

#[test]
fn the_status_is_that_of_the_probe() {
    let mut case = case(vec![probed(PORT_IN_USE)]);
    case.start = Some(Start {
        listened: false,
        predicted_status: Some("502.3".into()),
    });
    assert_eq!(
        verdicts(&case, 1)[0].predicted_status.as_deref(),
        Some("502.3")
    );
}

#[test]
fn what_the_app_printed_explains_a_failed_first_request() {
    let mut failed = probed(UNHANDLED_EXCEPTION);
    failed.cause = None;
    let printed = Clue {
        kind: Kind::Logged,
        of_start: true,
        explains_start: true,
        ..warned(MISSING_ASSEMBLY, "log-grep")
    };
    let mut case = case(vec![failed, printed]);
    case.start = Some(Start {
        listened: false,
        predicted_status: Some("500.0".into()),
    });
    assert_eq!(causes(&case), [MISSING_ASSEMBLY, ""]);
    let found = verdicts(&case, 1);
    assert!(found[0].confidence >= LIKELY);
    assert_eq!(found[0].predicted_status.as_deref(), Some("500.0"));
}

#[test]
fn ways_to_know_make_sure_and_tools_of_one_way_do_not() {
    let of = |clues: Vec<Clue>| verdicts(&case(clues), 1)[0].confidence;
    let lint = judged(WEBCONFIG_MALFORMED, "config-lint");
    let list = judged(WEBCONFIG_MALFORMED, "site-list");
    let log = logged(WEBCONFIG_MALFORMED, "10:00", 1);
    assert_eq!(of(vec![lint.clone(), list]), of(vec![lint.clone()]));
    assert!(of(vec![lint.clone(), log]) > of(vec![lint]));
}

#[test]
fn a_fix_belongs_to_its_message() {
    let fix = Fix {
        tool: "config-lint".into(),
        ..Fix::default()
    };
    let place = |line, fix: Option<&Fix>| {
        let mut clue = judged(WEBCONFIG_MALFORMED, "config-lint");
        clue.because.line = Some(line);
        clue.message = format!("line {line}");
        clue.fix = fix.cloned();
        clue
    };
    let found = verdicts(&case(vec![place(1, None), place(2, Some(&fix))]), 1);
    assert_eq!(
        (found[0].message.as_str(), &found[0].fix),
        ("line 2", &Some(fix.clone()))
    );
    let mut warning = place(2, Some(&fix));
    warning.because.severity = Severity::Warning;
    let found = verdicts(&case(vec![place(1, None), warning]), 1);
    assert_eq!(
        (found[0].message.as_str(), &found[0].fix),
        ("line 1", &None)
    );
}

#[test]
fn a_site_that_could_not_be_seen_says_so() {
    let mut case = case(Vec::new());
    case.failures = 1;
    case.failure = Some("D: is not mapped".into());
    assert_eq!(
        verdicts(&case, 1)[0].message,
        "nothing was found that stops this app from starting; one place could not be looked at: D: is not mapped"
    );
    case.subject.path = None;
    assert_eq!(
        verdicts(&case, 1)[0].message,
        "this app could not be looked at: D: is not mapped"
    );
    case.failure = None;
    case.is_other = true;
    case.subject.path = Some("/srv".into());
    assert_eq!(verdicts(&case, 1)[0].message, "no ASP.NET Core app here");
}
