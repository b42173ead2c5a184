"""The console's pages, a module for each subject: what is read from a request, asked of the parts, and shown."""
