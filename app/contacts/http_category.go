package contacts

import (
	"context"
	"net/http"

	"ichat/app/web"
)

// categoryRoutes adds what groups may be about: members read it, owners of the server change it.
func (s *Service) categoryRoutes(w *web.Server) {
	few := web.PerPerson(2, 20)
	web.Route(w, web.Member, http.MethodGet, "/api/im/categories", "What groups may be about, with how many are found in each", s.getCategories, web.PerPerson(1, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/admin/categories", "Add a category of groups", s.postCategory, few)
	web.Route(w, web.Member, http.MethodPut, "/api/admin/categories", "Put the categories of groups in another order", s.putCategories, few)
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/categories/{id}", "Rename a category of groups", s.patchCategory, few)
	web.Route(w, web.Member, http.MethodDelete, "/api/admin/categories/{id}", "Remove a category: its groups are in none then", s.deleteCategory, few)
	web.Route(w, web.Member, http.MethodGet, "/api/im/report-categories", "What a report may be about", s.getReportCategories)
	web.Route(w, web.Member, http.MethodGet, "/api/admin/report-categories", "What reports may be about, with what is hidden", s.getOfficeReportCategories)
	web.Route(w, web.Member, http.MethodPost, "/api/admin/report-categories", "Add a category of reports", s.postReportCategory, few)
	web.Route(w, web.Member, http.MethodPut, "/api/admin/report-categories", "Put the categories of reports in another order", s.putReportCategories, few)
	web.Route(w, web.Member, http.MethodPatch, "/api/admin/report-categories/{id}", "Rename a category of reports, or hide it", s.patchReportCategory, few)
}

type categoriesOutput struct {
	Body struct {
		Categories []Category `json:"categories"`
	}
}

func categoriesOf(list []Category, err error) (*categoriesOutput, error) {
	out := &categoriesOutput{}
	out.Body.Categories = list
	return out, err
}

func (s *Service) getCategories(ctx context.Context, _ *struct{}) (*categoriesOutput, error) {
	return categoriesOf(s.Categories(ctx))
}

type newCategoryInput struct{ Body CategoryNames }

func (s *Service) postCategory(ctx context.Context, in *newCategoryInput) (*categoriesOutput, error) {
	return categoriesOf(s.AddCategory(ctx, web.CallerOf(ctx).Person, in.Body))
}

type categoryOrderInput struct {
	Body struct {
		Order []int64 `json:"order" maxItems:"50"`
	}
}

func (s *Service) putCategories(ctx context.Context, in *categoryOrderInput) (*categoriesOutput, error) {
	return categoriesOf(s.SortCategories(ctx, web.CallerOf(ctx).Person, in.Body.Order))
}

type categoryInput struct {
	ID   int64 `path:"id"`
	Body CategoryNames
}

func (s *Service) patchCategory(ctx context.Context, in *categoryInput) (*categoriesOutput, error) {
	return categoriesOf(s.RenameCategory(ctx, web.CallerOf(ctx).Person, in.ID, in.Body))
}

func (s *Service) deleteCategory(ctx context.Context, in *idInput) (*categoriesOutput, error) {
	return categoriesOf(s.DropCategory(ctx, web.CallerOf(ctx).Person, in.ID))
}

type reportCategoriesOutput struct {
	Body struct {
		Categories []ReportCategory `json:"categories"`
	}
}

func reportCategoriesOf(list []ReportCategory, err error) (*reportCategoriesOutput, error) {
	out := &reportCategoriesOutput{}
	out.Body.Categories = list
	return out, err
}

func (s *Service) getReportCategories(ctx context.Context, _ *struct{}) (*reportCategoriesOutput, error) {
	return reportCategoriesOf(s.ReportCategories(ctx, false))
}

func (s *Service) getOfficeReportCategories(ctx context.Context, _ *struct{}) (*reportCategoriesOutput, error) {
	return reportCategoriesOf(s.OfficeReportCategories(ctx, web.CallerOf(ctx).Person))
}

func (s *Service) postReportCategory(ctx context.Context, in *newCategoryInput) (*reportCategoriesOutput, error) {
	return reportCategoriesOf(s.AddReportCategory(ctx, web.CallerOf(ctx).Person, in.Body))
}

func (s *Service) putReportCategories(ctx context.Context, in *categoryOrderInput) (*reportCategoriesOutput, error) {
	return reportCategoriesOf(s.SortReportCategories(ctx, web.CallerOf(ctx).Person, in.Body.Order))
}

type reportCategoryInput struct {
	ID   int64 `path:"id"`
	Body ReportCategoryChange
}

func (s *Service) patchReportCategory(ctx context.Context, in *reportCategoryInput) (*reportCategoriesOutput, error) {
	return reportCategoriesOf(s.ChangeReportCategory(ctx, web.CallerOf(ctx).Person, in.ID, in.Body))
}
