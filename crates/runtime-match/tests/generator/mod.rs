//! Seeded random installations and configurations, in the shape of the shared cases.

use serde_json::{Map, Value, json};

/// SplitMix64 (Steele, Lea, Flood 2014): a case can be had again from its seed alone.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True one time in `times`.
    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}

const NETCORE: &str = "Microsoft.NETCore.App";
const OTHERS: [&str; 4] = [
    "Microsoft.AspNetCore.App",
    "Microsoft.WindowsDesktop.App",
    "Contoso.App",
    "Fabrikam.App",
];
const ROLL_FORWARD: [&str; 12] = [
    "Disable",
    "LatestPatch",
    "Minor",
    "LatestMinor",
    "Major",
    "LatestMajor",
    "disable",
    "latestPATCH",
    "minor",
    "LATESTminor",
    "major",
    "latestMajor",
];
const PRE: [&str; 9] = [
    "-alpha",
    "-preview.1",
    "-preview.9",
    "-preview.10",
    "-preview9",
    "-preview10",
    "-rc.1",
    "-rc.1.23419.4",
    "-preview5-27626-15",
];

/// Which hosts the case is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// 3.0 and later.
    Modern,
    /// 2.1 and 2.2.
    Chain,
}

pub(crate) fn case(seed: u64, rules: Rules) -> Value {
    let mut maker = Maker {
        random: Random::new(seed),
        base: 0,
        legacy: false,
        root_versions: Vec::new(),
        rules,
    };
    maker.base = 1 + maker.random.below(8) as u64;
    maker.legacy = rules == Rules::Chain || maker.random.one_in(4);
    maker.case(seed)
}

struct Maker {
    random: Random,
    /// Major versions lie around this one, so that they meet.
    base: u64,
    /// Mostly settings of the older kind: both in one file are refused.
    legacy: bool,
    /// Installed versions of the root framework.
    root_versions: Vec<String>,
    rules: Rules,
}

impl Maker {
    fn case(&mut self, seed: u64) -> Value {
        let mut case = json!({ "id": format!("seed {seed}") });
        let mut installed = Map::new();
        let mut references = Map::new();
        let mut bare = Vec::new();
        let count = 1 + self.random.below(7);
        let mut names = vec![NETCORE];
        for name in OTHERS {
            if self.random.one_in(3) {
                names.push(name);
            }
        }
        for name in &names {
            let count = if *name == NETCORE {
                count
            } else {
                1 + self.random.below(4)
            };
            let mut versions: Vec<String> = (0..count).map(|_| self.version()).collect();
            versions.sort();
            versions.dedup();
            if self.random.one_in(12) {
                versions.push(
                    self.random
                        .pick(&[
                            "latest", "3.1", "3.1.x", "v5.0.0", "03.1.0", "8.0.0.1", ".backup",
                        ])
                        .to_owned(),
                );
            }
            if *name == NETCORE {
                self.root_versions.clone_from(&versions);
            }
            for version in &versions {
                let key = format!("{name}/{version}");
                if let Some(config) = self.framework_config(name, version) {
                    references.insert(key.clone(), config);
                }
                if self.random.one_in(14) {
                    bare.push(Value::String(key));
                }
            }
            installed.insert((*name).to_owned(), json!(versions));
        }
        case["installed"] = installed.into();
        case["fx_refs"] = references.into();
        case["no_deps"] = bare.into();
        self.app_config(&mut case);
        self.environment(&mut case);
        self.arguments(&mut case);
        case
    }

    fn version(&mut self) -> String {
        let major = self.base + self.random.below(3) as u64;
        let (minor, patch) = (self.random.below(3), self.random.below(5));
        let pre = if self.random.one_in(4) {
            self.random.pick(&PRE)
        } else {
            ""
        };
        format!("{major}.{minor}.{patch}{pre}")
    }

    /// Now and then none, or one that is no version.
    fn wanted(&mut self) -> Option<String> {
        match self.random.below(30) {
            0 => None,
            1 => Some(
                self.random
                    .pick(&[
                        "", "3.1", "v3.1.0", "3.1.0.0", " 3.1.0", "03.1.0", "3.1.x", "latest",
                    ])
                    .to_owned(),
            ),
            2..=8 => Some(self.version()),
            _ => Some(self.low()),
        }
    }

    /// One that much of what is installed can satisfy.
    fn low(&mut self) -> String {
        let minor = usize::from(self.random.one_in(4));
        let pre = if self.random.one_in(10) {
            self.random.pick(&PRE)
        } else {
            ""
        };
        format!(
            "{}.{minor}.0{pre}",
            self.base + u64::from(self.random.one_in(6))
        )
    }

    fn framework_config(&mut self, name: &str, version: &str) -> Option<Value> {
        if name == NETCORE {
            return self
                .random
                .one_in(3)
                .then(|| json!({"runtimeOptions": {"tfm": "net8.0"}}));
        }
        if self.random.one_in(25) {
            return None;
        }
        if self.random.one_in(60) {
            return Some(json!("{ broken"));
        }
        let mut options = Map::new();
        let lower = if self.random.one_in(6) {
            self.random.pick(&OTHERS)
        } else {
            NETCORE
        };
        let wanted = match self.random.below(6) {
            0 => self.version(),
            1 => version.to_owned(),
            2 | 3 => self.low(),
            _ => self.root_versions[self.random.below(self.root_versions.len())].clone(),
        };
        let reference = json!({"name": lower, "version": wanted});
        if self.rules == Rules::Modern && self.random.one_in(2) {
            let mut list = vec![reference];
            if lower != NETCORE && self.random.one_in(2) {
                list.push(json!({"name": NETCORE, "version": self.low()}));
            }
            options.insert("frameworks".into(), list.into());
        } else {
            options.insert("framework".into(), reference);
        }
        self.settings(&mut options, 2);
        Some(json!({"runtimeOptions": options}))
    }

    /// Roll-forward settings for a level of a file.
    fn settings(&mut self, into: &mut Map<String, Value>, rare: usize) {
        if self.rules == Rules::Modern && self.random.one_in(30) {
            let name = self
                .random
                .pick(&["applyPatches", "rollForwardOnNoCandidateFx"]);
            let value = self.of_wrong_type();
            into.insert(name.into(), value);
        }
        let legacy = self.legacy != (self.rules == Rules::Modern && self.random.one_in(40));
        if !legacy {
            if self.random.one_in(rare) {
                let value = if self.random.one_in(40) {
                    self.random.pick(&["", "Latest", " Minor", "2"])
                } else {
                    self.random.pick(&ROLL_FORWARD)
                };
                into.insert("rollForward".into(), value.into());
            }
            return;
        }
        if self.random.one_in(rare + 1) {
            into.insert("applyPatches".into(), self.random.one_in(2).into());
        }
        if self.random.one_in(rare + 1) {
            let value = if self.random.one_in(12) {
                9
            } else {
                self.random.below(3)
            };
            into.insert("rollForwardOnNoCandidateFx".into(), value.into());
        }
    }

    /// Not of the type that a number or a truth value has.
    fn of_wrong_type(&mut self) -> Value {
        let values = [
            json!(null),
            json!(true),
            json!(false),
            json!(""),
            json!("2"),
            json!("true"),
            json!("four"),
            json!([]),
            json!([1]),
            json!([1, 2]),
            json!({}),
            json!({"a": 1}),
            json!({"a": 1, "b": 2}),
            json!(1.5),
        ];
        values[self.random.below(values.len())].clone()
    }

    /// In place of a reference, or of a list of them: what reads as one without a name, or as none. Other values crash hosts
    /// since 5.0.
    fn no_reference(&mut self) -> Value {
        let values = [
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(1.5),
            json!(""),
            json!([]),
            json!({}),
        ];
        values[self.random.below(values.len())].clone()
    }

    fn reference(&mut self, name: &str, installed: &Value) -> Value {
        if self.rules == Rules::Modern && self.random.one_in(80) {
            return self.no_reference();
        }
        let mut reference = Map::new();
        let name = if self.random.one_in(60) {
            name.to_lowercase()
        } else {
            name.to_owned()
        };
        if !self.random.one_in(80) {
            reference.insert("name".into(), name.clone().into());
        }
        let near = installed[name.as_str()]
            .as_array()
            .filter(|_| self.random.one_in(2));
        let near = near.map(|versions| {
            versions[self.random.below(versions.len())]
                .as_str()
                .unwrap()
                .to_owned()
        });
        if let Some(version) = near.or_else(|| self.wanted()) {
            reference.insert("version".into(), version.into());
        }
        if self.random.one_in(3) {
            self.settings(&mut reference, 2);
        }
        reference.into()
    }

    fn options(&mut self, installed: &Value) -> Map<String, Value> {
        let mut options = Map::new();
        if self.random.one_in(2) {
            options.insert(
                "tfm".into(),
                self.random
                    .pick(&["net8.0", "netcoreapp3.1", "net6.0-windows", "net10", ""])
                    .into(),
            );
        }
        let single = self.rules == Rules::Chain || self.random.one_in(2);
        if single {
            let mut name = if self.random.one_in(2) {
                NETCORE
            } else {
                self.random.pick(&OTHERS)
            };
            if !case_has(installed, name) && !self.random.one_in(6) {
                name = NETCORE;
            }
            let reference = self.reference(name, installed);
            options.insert("framework".into(), reference);
        }
        if self.rules == Rules::Modern && (!single || self.random.one_in(4)) {
            let mut list = Vec::new();
            for name in [NETCORE, OTHERS[0], OTHERS[1], OTHERS[2], OTHERS[3]] {
                let known = case_has(installed, name);
                if self.random.one_in(if known { 2 } else { 12 }) {
                    list.push(self.reference(name, installed));
                }
            }
            if self.random.one_in(2) {
                list.reverse();
            }
            options.insert("frameworks".into(), list.into());
        }
        if self.rules == Rules::Chain && self.random.one_in(5) {
            let list: Vec<Value> = [NETCORE, OTHERS[0]]
                .map(|name| self.reference(name, installed))
                .into();
            options.insert("additionalFrameworks".into(), list.into());
        }
        if self.random.one_in(2) {
            self.settings(&mut options, 2);
        }
        if self.rules == Rules::Modern && self.random.one_in(50) {
            let name = self
                .random
                .pick(&["framework", "frameworks", "includedFrameworks"]);
            let value = self.no_reference();
            options.insert(name.into(), value);
        }
        match self.random.below(60) {
            0 => drop(options.insert(
                "includedFrameworks".into(),
                json!([{"name": NETCORE, "version": "3.1.0"}]),
            )),
            1 => drop(options.insert("configProperties".into(), json!({"System.GC.Server": true}))),
            2 => drop(options.insert("additionalProbingPaths".into(), json!(["a", "b"]))),
            3 => drop(options.insert("RollForward".into(), json!("LatestMajor"))),
            _ => {}
        }
        options
    }

    fn app_config(&mut self, case: &mut Value) {
        let options = self.options(&case["installed"]);
        let document = json!({"runtimeOptions": options});
        let text = document.to_string();
        match self.random.below(120) {
            0 => case["runtimeconfig"] = json!({}),
            1 => case["runtimeconfig"] = json!({"runtimeOptions": null}),
            2 => case["runtimeconfig"] = json!({"runtimeOptions": {}}),
            3 => case["runtimeconfig"] = json!({"RuntimeOptions": document["runtimeOptions"]}),
            4 => {}
            5..=8 => {
                let text = match self.random.below(14) {
                    0 => format!("{text} trailing"),
                    1 => format!("\u{feff}{text}"),
                    2 => format!("// comment\n{text}/* end */"),
                    3 => text.replacen('{', "{ /* a */", 1),
                    4 => text.replacen('}', ",}", 1),
                    5 => text.replace('"', "'"),
                    6 => String::new(),
                    7 => " \n\t".to_owned(),
                    8 => text[..text.len() - 1].to_owned(),
                    9 => format!("[{text}]"),
                    10 => text.replacen(":{", ":01,\"x\":{", 1),
                    11 => text.replacen("\"version\"", "\"version\":\"1.0.0\",\"version\"", 1),
                    12 => text.replacen("\"name\":\"M", "\"name\":\"\\u004d", 1),
                    _ => format!("{text}//"),
                };
                case["runtimeconfig_text"] = text.into();
            }
            _ => case["runtimeconfig"] = document,
        }
        match self.random.below(24) {
            0 => case["runtimeconfig_dev"] = json!("{ not json"),
            1 => {
                case["runtimeconfig_dev"] =
                    json!({"runtimeOptions": {"additionalProbingPaths": ["/x"]}})
            }
            2 => {
                let options = self.options(&case["installed"]);
                case["runtimeconfig_dev"] = json!({"runtimeOptions": options});
            }
            _ => {}
        }
    }

    fn environment(&mut self, case: &mut Value) {
        let mut environment = Map::new();
        if self.rules == Rules::Modern && self.random.one_in(8) {
            let value = if self.random.one_in(8) {
                self.random.pick(&["latest", "2", ""])
            } else {
                self.random.pick(&ROLL_FORWARD)
            };
            environment.insert("DOTNET_ROLL_FORWARD".into(), value.into());
        }
        if self.random.one_in(12) {
            let value = self
                .random
                .pick(&["0", "1", "2", "9", "abc", " 1", "02", "-1", ""]);
            environment.insert(
                "DOTNET_ROLL_FORWARD_ON_NO_CANDIDATE_FX".into(),
                value.into(),
            );
        }
        if self.random.one_in(12) {
            let value = self.random.pick(&["1", "0", "true", "01", "1x", ""]);
            environment.insert("DOTNET_ROLL_FORWARD_TO_PRERELEASE".into(), value.into());
        }
        case["env"] = environment.into();
    }

    fn arguments(&mut self, case: &mut Value) {
        let mut words: Vec<String> = Vec::new();
        if self.random.one_in(10) {
            words.push("exec".into());
        }
        if self.rules == Rules::Modern && self.random.one_in(8) {
            let name = self.random.pick(&["--roll-forward", "--Roll-Forward"]);
            let value = if self.random.one_in(8) {
                "Highest"
            } else {
                self.random.pick(&ROLL_FORWARD)
            };
            words.extend([name.to_owned(), value.to_owned()]);
        }
        if self.random.one_in(15) {
            let value = self.random.pick(&["0", "1", "2", "9", "abc"]);
            words.extend([
                "--roll-forward-on-no-candidate-fx".to_owned(),
                value.to_owned(),
            ]);
        }
        // with no reference to pin the host crashes
        let references = ["runtimeconfig", "runtimeconfig_text"]
            .iter()
            .any(|n| case[n].to_string().contains("name"));
        if references && self.random.one_in(15) {
            words.extend(["--fx-version".to_owned(), self.version()]);
        }
        if self.rules == Rules::Modern && self.random.one_in(40) {
            let word = self
                .random
                .pick(&["none.dll", "none.exe", "app", "app.runtimeconfig.json"]);
            words.push(word.to_owned());
        }
        case["args"] = words.into();
    }
}

fn case_has(installed: &Value, name: &str) -> bool {
    installed.get(name).is_some()
}
