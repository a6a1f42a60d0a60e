//! The table, and every rule with a case that it finds and one that it does not.

use super::*;
