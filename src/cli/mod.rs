//! The command line: reads argv and the environment, prints, and exits; nothing else does.
