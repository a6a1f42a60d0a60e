//! The probe itself failed: it could not start, watch or end a process for a reason that is not the app's.
//!
//! The message is the system's. Nothing is said about the app.
