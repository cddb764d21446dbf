"""The embedded PostgreSQL: found, made, started, kept to one per home, and stopped. No Django here.

``urls.database_urls(home)`` is the door: it starts what is needed and says how to connect, as the app and as the owner.
``cluster.stop(home)`` ends the server, ``cluster.alive(home)`` looks without touching, ``places.database_folder(home)`` says where
the data lies.
"""
