! Predicts the rows of a table file with a model file, in Fortran. predict MODEL TABLE
program predict
  use, intrinsic :: iso_c_binding
  implicit none

  interface
    integer(c_int) function reszoo_load(path, options, model) bind(c)
      import :: c_int, c_char, c_ptr
      character(kind=c_char), intent(in) :: path(*)
      type(c_ptr), value :: options
      type(c_ptr), intent(out) :: model
    end function
    integer(c_int) function reszoo_table_read(path, table) bind(c)
      import :: c_int, c_char, c_ptr
      character(kind=c_char), intent(in) :: path(*)
      type(c_ptr), intent(out) :: table
    end function
    integer(c_int) function reszoo_predict_table(model, rows, options, predictions) bind(c)
      import :: c_int, c_ptr
      type(c_ptr), value :: model, rows, options
      type(c_ptr), intent(out) :: predictions
    end function
    integer(c_int64_t) function reszoo_table_rows(table) bind(c)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: table
    end function
    type(c_ptr) function reszoo_table_numbers(table, name) bind(c)
      import :: c_char, c_ptr
      type(c_ptr), value :: table
      character(kind=c_char), intent(in) :: name(*)
    end function
    type(c_ptr) function reszoo_error() bind(c)
      import :: c_ptr
    end function
    integer(c_size_t) function strlen(text) bind(c)
      import :: c_size_t, c_ptr
      type(c_ptr), value :: text
    end function
    subroutine reszoo_free_table(table) bind(c)
      import :: c_ptr
      type(c_ptr), value :: table
    end subroutine
    subroutine reszoo_free_model(model) bind(c)
      import :: c_ptr
      type(c_ptr), value :: model
    end subroutine
  end interface

  character(len=1024) :: path
  type(c_ptr) :: model, table, answers
  real(c_double), pointer :: prices(:)

  call get_command_argument(1, path)
  call check(reszoo_load(trim(path) // c_null_char, c_null_ptr, model))
  call get_command_argument(2, path)
  call check(reszoo_table_read(trim(path) // c_null_char, table))
  call check(reszoo_predict_table(model, table, c_null_ptr, answers))
  call c_f_pointer(reszoo_table_numbers(answers, "prediction" // c_null_char), prices, [reszoo_table_rows(answers)])
  print "(i0, a, f0.1)", size(prices), " diamonds, on average for ", sum(prices) / size(prices)
  call reszoo_free_table(answers)
  call reszoo_free_table(table)
  call reszoo_free_model(model)

contains

  ! Ends the program with the message of the library if a call failed.
  subroutine check(status)
    integer(c_int), intent(in) :: status
    character(kind=c_char), pointer :: message(:)
    if (status == 0) return
    call c_f_pointer(reszoo_error(), message, [strlen(reszoo_error())])
    print "(*(a))", message
    stop 1
  end subroutine
end program
