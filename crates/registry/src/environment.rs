//! The variables that a machine gives its worker processes.

use iis_config::environment::Environment;

use crate::{Registry, Value, View};

const VERSION: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const FOLDERS: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion";
const SESSION: &str =
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
/// They share one process, which starts the workers.
const SERVICES: [&str; 2] = [
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\W3SVC",
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WAS",
];

/// The keys that [`Registry::machine_environment`] is made of.
pub const ENVIRONMENT_KEYS: [&str; 5] = [VERSION, FOLDERS, SESSION, SERVICES[0], SERVICES[1]];

impl Registry {
    /// The variables that every worker process of the machine starts with: the machine's own, not a user's, and those
    /// that the services W3SVC and WAS have for themselves (`Environment` in the key of the service).
    /// `%NAME%` in them is expanded. What the registry does not have is taken from Windows' usual folders.
    #[must_use]
    pub fn machine_environment(&self) -> Environment {
        let mut environment = Environment::windows_defaults();
        // What Windows puts together itself before it reads the key.
        let computed = [
            (VERSION, "SystemRoot", "SystemRoot"),
            (FOLDERS, "ProgramFilesDir", "ProgramFiles"),
            (FOLDERS, "ProgramFilesDir", "ProgramW6432"),
            (FOLDERS, "ProgramFilesDir (x86)", "ProgramFiles(x86)"),
            (FOLDERS, "CommonFilesDir", "CommonProgramFiles"),
        ];
        for (key, value, name) in computed {
            if let Some(text) = self.text(View::Bits64, key, value) {
                environment.set(name, text);
            }
        }
        if let Some(drive) = environment.get("SystemRoot").and_then(|root| root.get(..2)) {
            let drive = drive.to_owned();
            environment.set("SystemDrive", &drive);
        }
        // Plain text first, as Windows does: what is to be expanded may name any of it.
        for (name, value) in self.values(View::Bits64, SESSION) {
            if let Value::Text(text) = value {
                environment.set(name, text);
            }
        }
        for (name, value) in self.values(View::Bits64, SESSION) {
            if let Value::Expand(text) = value {
                let text = environment.expand(text).into_owned();
                environment.set(name, &text);
            }
        }
        for service in SERVICES {
            let Some(Value::List(variables)) = self.value(View::Bits64, service, "Environment")
            else {
                continue;
            };
            for (name, value) in variables.iter().filter_map(|line| line.split_once('=')) {
                let value = environment.expand(value).into_owned();
                environment.set(name, &value);
            }
        }
        environment
    }
}
