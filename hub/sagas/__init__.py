"""The process, as tables and pure steps.

A table for each thing that has states: `order`, with its regions `cancellation`, `change` and `delay`; `work_order`,
`material`, `material_po`, `stock`, `document`. Their steps are in `sales`, `production` and `procurement`; what history
tells of them in `history`. `model`, `supply` and `paper` hold the data; `engine` carries a message out, by `table`,
`routing` and `address`, and opens the `tasks` that then wait for somebody.
"""
