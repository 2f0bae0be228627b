"""What every capability stands on: database, facts, jobs, HTTP, real time, clock, settings."""
