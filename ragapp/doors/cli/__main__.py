from ragapp.doors.cli.main import main

main()
