"""Another solver proves a certificate again, from its texts alone.

This folder imports neither the model nor the engine, nor Z3; it needs cvc5 and the standard library
and can be read, copied and run by itself. It finds out that

* the folder has regular files of a bounded size, those that the manifest names and no others;
* everything that the manifest says follows from the definitions that all obligations share, or is
  evidence that these check;
* each verdict is one that claims of its kind may have, and none of its obligations is missing;
* every obligation says what its rule makes of the definitions: also the premises of the chain rule,
  the steps of a search and what makes a trap one are made again here;
* no action changes what the axioms are about, and some initial state satisfies them;
* every run, state by state, has the values that the definitions give, and its steps are enabled;
  every lasso refutes its claim, and is fair as that assumes; a name in a run means one thing;
* cvc5 answers ``unsat`` to every obligation, as it was made here.

What is trusted is that the definitions say what the model says, its axioms included, that the chain
rule is sound, and this program with cvc5. A change of the definitions, and of all that depends on
them, is detected by ``--certificates DIR --recheck``, which writes all texts anew from the model.

Exit codes: 0 all proved again; 1 something is refuted or was tampered with; 2 usage, or no
certificate; 3 cvc5 left something open, a verdict is UNDETERMINED, or no claim is certified; 130
interrupted.

Comes in: the folder of a certificate. Goes out: whether each obligation was proved again.
"""
