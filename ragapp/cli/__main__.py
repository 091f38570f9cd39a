from ragapp.cli.main import main

main()
