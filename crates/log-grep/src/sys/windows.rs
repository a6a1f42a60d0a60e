//! wevtapi: queries a channel and renders its events as XML.
#![allow(unsafe_code)]

use std::io;

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_NO_MORE_ITEMS};
use windows_sys::Win32::System::EventLog::{
    EVT_HANDLE, EvtClose, EvtNext, EvtQuery, EvtQueryChannelPath, EvtQueryReverseDirection,
    EvtRender, EvtRenderEventXml,
};

/// Whether this system has live event logs.
pub(crate) const IS_LIVE: bool = true;

/// Events that one call asks for.
const BATCH: usize = 64;

/// How long a call may wait, in milliseconds.
const WAIT: u32 = 10_000;

/// A handle of wevtapi, closed when it goes.
struct Handle(EVT_HANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: EvtClose takes a handle that wevtapi gave and nobody closed before; this type owns it.
        unsafe { EvtClose(self.0) };
    }
}

/// Calls `look` with the XML of the newest events of `channel` that fit the XPath `query`, newest
/// first, `most` at most.
///
/// # Errors
/// The channel does not exist or may not be read.
pub(crate) fn events(
    channel: &str,
    query: &str,
    most: usize,
    look: &mut dyn FnMut(&str),
) -> io::Result<()> {
    let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
    let (path, query) = (wide(channel), wide(query));
    // SAFETY: EvtQuery reads two NUL-ended UTF-16 strings, which outlive the call; session 0 is this computer.
    let results = unsafe {
        EvtQuery(
            0,
            path.as_ptr(),
            query.as_ptr(),
            EvtQueryChannelPath | EvtQueryReverseDirection,
        )
    };
    if results == 0 {
        return Err(io::Error::last_os_error());
    }
    let results = Handle(results);
    let mut buffer: Vec<u16> = vec![0; 16 * 1024];
    let mut left = most;
    while left > 0 {
        let mut batch: [EVT_HANDLE; BATCH] = [0; BATCH];
        let mut count = 0;
        // SAFETY: EvtNext writes at most BATCH handles into `batch` and their number into `count`.
        let more = unsafe {
            EvtNext(
                results.0,
                left.min(BATCH) as u32,
                batch.as_mut_ptr(),
                WAIT,
                0,
                &mut count,
            )
        };
        if more == 0 {
            let error = io::Error::last_os_error();
            return match error.raw_os_error() {
                Some(code) if code == ERROR_NO_MORE_ITEMS as i32 => Ok(()),
                _ => Err(error),
            };
        }
        let batch: Vec<Handle> = batch.into_iter().take(count as usize).map(Handle).collect();
        for event in &batch {
            if let Some(xml) = render(event, &mut buffer) {
                look(&xml);
            }
        }
        left = left.saturating_sub(batch.len().max(1));
    }
    Ok(())
}

/// The XML of one event; `None` where Windows cannot render it.
fn render(event: &Handle, buffer: &mut Vec<u16>) -> Option<String> {
    for _ in 0..2 {
        let mut used = 0;
        let mut properties = 0;
        // SAFETY: EvtRender writes at most the given number of bytes into `buffer`, and the number it used or
        // needs into `used`; no context is needed for XML.
        let done = unsafe {
            EvtRender(
                0,
                event.0,
                EvtRenderEventXml,
                (buffer.len() * 2) as u32,
                buffer.as_mut_ptr().cast(),
                &mut used,
                &mut properties,
            )
        };
        if done != 0 {
            let units = (used as usize / 2).min(buffer.len());
            let text = String::from_utf16_lossy(&buffer[..units]);
            return Some(text.trim_end_matches('\0').to_owned());
        }
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(ERROR_INSUFFICIENT_BUFFER as i32) {
            return None;
        }
        buffer.resize(used as usize / 2 + 1, 0);
    }
    None
}
