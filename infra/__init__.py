"""The only place with input and output: stores, tables, keys, clock, configuration, forms and words."""
