//! The tool against real hosts on seeded random cases: any disagreement fails and prints its case.
//!
//! `ANCM_CASES` says how many (500), `ANCM_SEED` where to begin (1). `scripts/setup-dotnet.sh` names the hosts.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic in a test is the report"
)]

mod generator;
mod judge;
mod layout;
mod own;

use std::collections::BTreeMap;

use generator::Rules;
use judge::Judge;
use layout::{Layout, compare};
use own::own_cases;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .map_or(usual, |text| text.parse().unwrap())
}

/// Compares on that many cases and gives the disagreements; at least nine of ten have to be judged at all.
fn differences(judge: &Judge, rules: Rules, cases: u64) -> Vec<String> {
    let first = number("ANCM_SEED", 1);
    let mut found = Vec::new();
    let mut judged = 0;
    let mut verdicts: BTreeMap<String, u32> = BTreeMap::new();
    for seed in first..first + cases {
        let case = generator::case(seed, rules);
        let layout = Layout::new(&case, &judge.version);
        let records = layout.records(&case);
        let Some(answer) = judge.answer(&layout, &case) else {
            continue;
        };
        judged += 1;
        *verdicts
            .entry(answer["status"].as_str().unwrap_or("resolved").to_owned())
            .or_default() += 1;
        if let Err(why) = compare(&records, &answer) {
            found.push(format!(
                "{} on {}: {why}\n  {case}\n  host: {answer}",
                case["id"], judge.version
            ));
        }
    }
    assert!(judged * 10 >= cases * 9, "only {judged} of {cases} judged");
    println!(
        "{judged} of {cases} cases judged by {}: {verdicts:?}",
        judge.version
    );
    found
}

fn judge_by(variable: &str, rules: Rules, usual: u64) {
    let judge = Judge::from_variable(variable);
    let found = differences(&judge, rules, number("ANCM_CASES", usual));
    let shown = found
        .iter()
        .take(20)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(found.is_empty(), "{} disagreements:\n{shown}", found.len());
}

/// The answers that the crate's own cases claim are those of the hosts that can be had.
#[test]
#[ignore = "needs .NET"]
fn own_cases_are_answered_so_by_the_hosts() {
    let mut asked = 0;
    for variable in ["ANCM_DOTNET_LINUX_3_1", "ANCM_DOTNET_LINUX_8_0"] {
        let judge = Judge::from_variable(variable);
        for case in own_cases() {
            let Some(claimed) = case["answers"].get(&judge.version) else {
                continue;
            };
            let layout = Layout::new(&case, &judge.version);
            let answer = judge.answer(&layout, &case).unwrap();
            for field in [
                "resolved", "order", "status", "missing", "found", "conflict",
            ] {
                let (claimed, said) = (&claimed[field], &answer[field]);
                assert!(
                    claimed.is_null() || claimed == said,
                    "{}: {field} is {said} on {}",
                    case["id"],
                    judge.version
                );
            }
            asked += 1;
        }
    }
    assert!(asked >= 40, "{asked}");
}

#[test]
#[ignore = "needs .NET"]
fn agrees_with_host_3_1() {
    judge_by("ANCM_DOTNET_LINUX_3_1", Rules::Modern, 500);
}

#[test]
#[ignore = "needs .NET"]
fn agrees_with_host_8_0() {
    judge_by("ANCM_DOTNET_LINUX_8_0", Rules::Modern, 500);
}

/// Microsoft's own Windows host, the only one of 2.x that can be had.
#[test]
#[ignore = "needs Wine"]
fn agrees_with_host_2_2() {
    judge_by("ANCM_DOTNET_WIN_X64", Rules::Chain, 200);
}
