"""The exchange log: record, seal, prove, verify, report. It knows nobody: nothing here imports hub or adapters."""
