//! What SQLite promises beyond the suite: the file, its rights, its faults.
