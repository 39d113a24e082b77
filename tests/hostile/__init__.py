"""Specs that were written to hurt: hostile text in every slot of the language, and judges that are not ours over all that comes of it.

fragments   what attackers write
specs       a spec whose texts can be exchanged, one slot or many
judges      what must hold of everything that is generated
watch       what a process does to files, sockets and processes
"""
