"""Hostile specs: hostile text in every slot of the language, and independent judges of everything generated from it.

fragments   what attackers write
specs       a spec whose texts can be exchanged, one slot or many
judges      what must hold of everything that is generated
watch       what a process does to files, sockets and processes
"""
