#!/usr/bin/env node
import { program } from './program.js';

// To the very end: that nobody reads the last lines is no reason for a stack trace.
process.stdout.on('error', () => undefined);
process.exitCode = await program(process.argv.slice(2));
