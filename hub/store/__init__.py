"""The store: everything that must survive, in SQLite or PostgreSQL, and the unit of work that changes it.

`unit_of_work` takes messages together (`batcher`), finds what they can touch (`reach`), loads it (`records`), steps
through them (`batch`), lets policies have their say (`desk`) and leaves their traces (`journal`); what fails goes
`aside`, and a command of a document is `returned` to a person. `sweeper` brings back what is due. `documents`,
`interchanges`, `conversations`, `deliveries` and `notices` keep what is exchanged with partners and people;
`experience` and `layouts` what is learnt. People act on it by `post`, `failures` and `undelivered`, and read it by
`queries`.
"""
