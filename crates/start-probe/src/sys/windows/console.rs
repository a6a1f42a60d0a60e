//! Consoles: Ctrl-Break for a process that has one of its own, and the code page of what it prints.

use std::io;
use std::os::windows::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use windows_sys::Win32::Globalization::{
    CP_OEMCP, GetLocaleInfoEx, LOCALE_IDEFAULTCODEPAGE, LOCALE_NAME_SYSTEM_DEFAULT,
    LOCALE_RETURN_NUMBER, MultiByteToWideChar,
};
use windows_sys::Win32::System::Console::{
    AttachConsole, CTRL_BREAK_EVENT, CTRL_CLOSE_EVENT, FreeConsole, GenerateConsoleCtrlEvent,
    SetConsoleCtrlHandler,
};
use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;

use super::handle::checked;
use crate::interrupt;

/// Sends Ctrl-Break to the process group of `pid`, through a helper process.
///
/// The program has a hidden console of its own, and an event reaches only the processes of the sender's console. The
/// module moves its worker to that console for a moment; this process must not, as its own output may be a console.
pub(super) fn ask(pid: u32) -> io::Result<()> {
    let status = Command::new(std::env::current_exe()?)
        .args(["--send-break", &pid.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .creation_flags(CREATE_NO_WINDOW)
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other("Ctrl-Break could not be sent")),
    }
}

/// What the helper process does: moves to the console of `pid` and sends the event from there.
///
/// # Errors
/// The process is gone, has no console, or belongs to another account.
pub(crate) fn send_break(pid: u32) -> io::Result<()> {
    // SAFETY: no parameters but numbers; the first may fail where there is no console to leave.
    unsafe {
        FreeConsole();
        checked(AttachConsole(pid))?;
        checked(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, pid))
    }
}

/// Has [`interrupt::request`] called for Ctrl-C, Ctrl-Break and a closing console.
///
/// # Errors
/// The system refuses the handler.
pub(crate) fn watch_interrupts() -> io::Result<()> {
    // SAFETY: the handler stays valid for the life of the process and touches atomics only.
    checked(unsafe { SetConsoleCtrlHandler(Some(handler), 1) })
}

/// Windows gives a handler five seconds for a closing console.
const PATIENCE: Duration = Duration::from_millis(4500);

/// FALSE leaves the event to the next handler: the system's own, which ends the process. It ends the process likewise when
/// a handler returns for a closing console, a log-off or a shutdown: there the handler waits until the child is gone.
unsafe extern "system" fn handler(event: u32) -> i32 {
    let counted = interrupt::request();
    let end = Instant::now() + PATIENCE;
    while counted && event >= CTRL_CLOSE_EVENT && interrupt::is_busy() && Instant::now() < end {
        sleep(Duration::from_millis(20));
    }
    i32::from(counted)
}

const UNITED_STATES: u32 = 437;

/// The code page of consoles. This process has UTF-8 for its own (its manifest says so), which also `CP_OEMCP` means then;
/// the programs that it starts have that of the system.
fn code_page() -> u32 {
    static KNOWN: OnceLock<u32> = OnceLock::new();
    *KNOWN.get_or_init(|| {
        let mut number = 0_u32;
        // SAFETY: the name is a NUL-ended constant; with LOCALE_RETURN_NUMBER a u32 is written, the size of which is given
        // in UTF-16 units.
        let written = unsafe {
            GetLocaleInfoEx(
                LOCALE_NAME_SYSTEM_DEFAULT,
                LOCALE_IDEFAULTCODEPAGE | LOCALE_RETURN_NUMBER,
                (&raw mut number).cast(),
                (size_of::<u32>() / size_of::<u16>()) as i32,
            )
        };
        match number {
            // A language without code pages has CP_OEMCP's own number; its consoles are those of American English.
            _ if written == 0 => UNITED_STATES,
            CP_OEMCP => UNITED_STATES,
            number => number,
        }
    })
}

/// Text out of bytes that are no UTF-8: the console's (OEM) code page.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let Ok(length) = i32::try_from(bytes.len()) else {
        return String::from_utf8_lossy(bytes).into_owned();
    };
    // A multi-byte character gives at most as many units as it has bytes.
    let mut units = vec![0_u16; bytes.len()];
    // SAFETY: both buffers have the lengths given.
    let written = unsafe {
        MultiByteToWideChar(
            code_page(),
            0,
            bytes.as_ptr(),
            length,
            units.as_mut_ptr(),
            length,
        )
    };
    match usize::try_from(written) {
        Ok(count) if count > 0 => String::from_utf16_lossy(units.get(..count).unwrap_or_default()),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In code page 437 as in 850, which the systems of western languages have.
    #[test]
    fn a_console_program_of_the_system_is_read() {
        assert_eq!(decode(b"Gr\x81n"), "Gr\u{fc}n", "code page {}", code_page());
    }
}
