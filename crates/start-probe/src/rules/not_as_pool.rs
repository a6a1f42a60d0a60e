//! `--as-pool` could not run the probe as the application pool's account.
//!
//! That takes an elevated prompt on the server itself: the probe registers a one-time scheduled task for
//! `IIS AppPool\NAME` (or for the built-in account that the pool runs as), runs it and removes it. A pool with a user
//! of its own cannot be had that way: its password would be needed. The account has to be able to read the program start-probe.exe itself,
//! and a policy may forbid virtual accounts to run tasks.
