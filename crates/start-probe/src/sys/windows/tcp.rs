//! The system's table of TCP listeners with their owners.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, NO_ERROR};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GetExtendedTcpTable, MIB_TCP6ROW_OWNER_PID, MIB_TCPROW_OWNER_PID, TCP_TABLE_OWNER_PID_LISTENER,
};
use windows_sys::Win32::Networking::WinSock::{AF_INET, AF_INET6};

use super::super::Listener;

/// IPv4 listeners: the only ones that the module sees.
pub(super) fn ipv4() -> io::Result<Vec<Listener>> {
    Ok(rows::<MIB_TCPROW_OWNER_PID>(AF_INET)?
        .iter()
        .map(|row| Listener {
            address: SocketAddr::new(
                IpAddr::V4(Ipv4Addr::from(row.dwLocalAddr.to_ne_bytes())),
                port(row.dwLocalPort),
            ),
            pid: row.dwOwningPid,
        })
        .collect())
}

/// IPv6 listeners.
pub(super) fn ipv6() -> io::Result<Vec<Listener>> {
    Ok(rows::<MIB_TCP6ROW_OWNER_PID>(AF_INET6)?
        .iter()
        .map(|row| Listener {
            address: SocketAddr::new(
                IpAddr::V6(Ipv6Addr::from(row.ucLocalAddr)),
                port(row.dwLocalPort),
            ),
            pid: row.dwOwningPid,
        })
        .collect())
}

/// The low 16 bits are the port in network order; the others are not defined.
fn port(field: u32) -> u16 {
    u16::from_be((field & 0xffff) as u16)
}

/// The rows of the listeners' table of an address family. `Row` has to be that family's structure.
fn rows<Row: Copy>(family: u16) -> io::Result<Vec<Row>> {
    // u64 so that the buffer is aligned for every row.
    let mut buffer: Vec<u64> = vec![0; 512];
    loop {
        let mut size = u32::try_from(buffer.len() * 8).map_err(io::Error::other)?;
        // SAFETY: the buffer has the size given; the call writes no more than that.
        let result = unsafe {
            GetExtendedTcpTable(
                buffer.as_mut_ptr().cast(),
                &raw mut size,
                0,
                u32::from(family),
                TCP_TABLE_OWNER_PID_LISTENER,
                0,
            )
        };
        match result {
            NO_ERROR => break,
            // Listeners come and go between the calls: some room above what was asked for.
            ERROR_INSUFFICIENT_BUFFER => buffer = vec![0; size as usize / 8 + 128],
            code => return Err(io::Error::from_raw_os_error(code.cast_signed())),
        }
    }
    let start = buffer.as_ptr().cast::<u8>();
    let room = (buffer.len() * 8 - 4) / size_of::<Row>();
    // SAFETY: the table begins with its count as u32, the rows follow at offset 4 (they hold u32 and bytes only);
    // the count is held to what fits into the buffer.
    unsafe {
        let count = (start.cast::<u32>().read() as usize).min(room);
        Ok((0..count)
            .map(|index| {
                start
                    .add(4 + index * size_of::<Row>())
                    .cast::<Row>()
                    .read_unaligned()
            })
            .collect())
    }
}
