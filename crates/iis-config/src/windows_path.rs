//! Windows paths as text, the same on every host.
