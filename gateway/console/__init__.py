"""The staff's console: a front end of its own (npm), built into `built/`."""
