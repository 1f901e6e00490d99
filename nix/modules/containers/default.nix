inputs: { ... }: { }
